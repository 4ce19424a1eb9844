"""Gaussians by their moments: corners that have them, and one in the place of two."""

from collections.abc import Mapping

import numpy as np

Gaussians = dict[str, np.ndarray]


def simplex(size: int, draw: np.random.Generator) -> np.ndarray:
    """Corners v_i of a regular simplex turned at random, `(size + 1, size)`.

        sum_i v_i = 0,    1 / (size + 1) sum_i v_i v_i' = I,    |v_i|^2 = size

    So m + L v_i have just the mean m and the covariance L L', and each is as far from m as a draw
    from N(m, L L') is on average.
    """
    columns = np.concatenate(
        [np.ones((size + 1, 1)), draw.standard_normal((size + 1, size))], axis=1
    )
    return np.sqrt(size + 1) * np.linalg.qr(columns)[0][:, 1:]


def merge_closest(gaussians: Mapping[str, np.ndarray]) -> Gaussians:
    """Replaces two Gaussians of a mixture by one with the moments of both, `n` by `n - 1`.

    Those two go together that are least missed: the pair (i, j) with the smallest
    (w_i + w_j) log|S_ij| - w_i log|S_i| - w_j log|S_j|, where S_ij is the covariance of both.

    Args:
        gaussians: `mixture_weights` `(n,)`, `locs` `(n, d)`, `scale_trils` `(n, d, d)` and
            `category_probs` `(n, c)`.

    Reference: Runnalls, "Kullback-Leibler Approach to Gaussian Mixture Reduction", 2007.
    """
    weights, locs, probs = (
        gaussians[name].astype("float64") for name in ("mixture_weights", "locs", "category_probs")
    )
    factors = gaussians["scale_trils"].astype("float64")
    covariances = factors @ factors.swapaxes(1, 2)
    volumes = np.linalg.slogdet(covariances)[1]
    first, second = np.triu_indices(len(weights), 1)
    total = weights[first] + weights[second]
    share = weights[first] / total
    merged = _merged_covariances(locs, covariances, first, second, share)
    missed = total * np.linalg.slogdet(merged)[1]
    missed -= weights[first] * volumes[first] + weights[second] * volumes[second]
    best = np.argmin(missed)
    i, j, own = first[best], second[best], share[best]
    values = {
        "mixture_weights": total[best],
        "locs": own * locs[i] + (1.0 - own) * locs[j],
        "scale_trils": np.linalg.cholesky(merged[best]),
        "category_probs": own * probs[i] + (1.0 - own) * probs[j],
    }
    fewer = {name: np.delete(value, j, axis=0) for name, value in gaussians.items()}
    for name, value in values.items():
        fewer[name][i] = value  # i < j
    return fewer


def _merged_covariances(
    locs: np.ndarray,
    covariances: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    share: np.ndarray,
) -> np.ndarray:
    share = share[:, None, None]
    apart = (locs[first] - locs[second])[:, :, None]
    within = share * covariances[first] + (1.0 - share) * covariances[second]
    return within + share * (1.0 - share) * apart @ apart.swapaxes(1, 2)
