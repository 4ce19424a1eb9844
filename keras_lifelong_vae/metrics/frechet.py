"""How far apart two sets of images lie, in the features of a classifier."""

import numpy as np
from numpy.typing import ArrayLike


def frechet_distance(features_a: ArrayLike, features_b: ArrayLike) -> float:
    """Squared 2-Wasserstein distance of the Gaussians fitted to two sets of features.

        |m_a - m_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2))

    with one mean and one covariance over all samples of each side, never a mean over batches.
    It is 0 for equal means and covariances, symmetric, in the squared unit of the features, and
    biased upwards for few samples: only distances between as many samples are comparable.

    The trace of the root is taken as a sum of singular values: with X = Q R the centred features,
    S = R^T R / (n - 1), and the eigenvalues of S_a S_b are the squared singular values of
    R_a R_b^T / sqrt((n_a - 1)(n_b - 1)). No root of a matrix that is nearly singular is needed,
    no product of covariances halves the digits, and nothing can become complex.

    Args:
        features_a: `(n_a, width)`, n_a > width, finite.
        features_b: `(n_b, width)`, n_b > width, finite.

    Example:
    ```python
    frechet_distance([[0.0], [2.0]], [[3.0], [5.0]])  # 9.0: moved by 3, spread alike
    ```

    References: Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a Local
    Nash Equilibrium", 2017; Dowson and Landau, "The Fréchet distance between multivariate normal
    distributions", 1982.
    """
    first, second = _checked(features_a, "features_a"), _checked(features_b, "features_b")
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"`features_b` must be as wide as `features_a` ({first.shape[1]}), "
            f"received {second.shape[1]}."
        )
    root_a, root_b = _covariance_root(first), _covariance_root(second)
    means = np.sum(np.square(first.mean(axis=0) - second.mean(axis=0)))
    traces = np.sum(np.square(root_a)) + np.sum(np.square(root_b))
    root_trace = np.linalg.norm(root_a @ root_b.T, "nuc")
    return max(0.0, float(means + traces - 2.0 * root_trace))


def _checked(features: ArrayLike, name: str) -> np.ndarray:
    array = np.asarray(features, "float64")
    if array.ndim != 2 or array.shape[1] == 0:
        raise ValueError(f"`{name}` must have shape (n, width), received {array.shape}.")
    if array.shape[0] <= array.shape[1]:
        raise ValueError(
            f"`{name}` must have more rows than columns, or its covariance is singular: "
            f"at least {array.shape[1] + 1} for width {array.shape[1]}, received {array.shape[0]}."
        )
    if bad := np.count_nonzero(~np.isfinite(array)):
        raise ValueError(f"`{name}` must be finite, received {bad} NaN or infinite values.")
    return array


def _covariance_root(features: np.ndarray) -> np.ndarray:
    """R with R^T R = the unbiased covariance, `(width, width)`."""
    centred = features - features.mean(axis=0)
    return np.linalg.qr(centred, mode="r") / np.sqrt(len(features) - 1)
