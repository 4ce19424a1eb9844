"""The density of a mixture at the points it was fitted to, as if each had been left out."""

import numpy as np

SMALLEST = 1e-3  # share of a component, or of its room, that is left at least


def leave_one_out_log_density(
    points: np.ndarray, weights: np.ndarray, locs: np.ndarray, scale_trils: np.ndarray
) -> np.ndarray:
    """log q_(-i)(x_i): what the mixture would say of each point had it not seen that point.

    Points lie in a fitted mixture better than others do; a threshold set by them is passed too
    often. With r the responsibility of a component for the point, n the sum of its responsibilities
    and D the squared Mahalanobis distance, taking the point out makes them

        n' = n - r,    D' = n / n' D / h,    log|S'| = log|S| + d log(n / n') + log h
        h = 1 - r D / n'

    It is exact for one Gaussian, and one step of expectation maximisation for several.

    Args:
        points: `(n, d)`.
        weights: Of the components, `(k,)`; they sum to 1.
        locs: `(k, d)`.
        scale_trils: Cholesky factors of the covariances, `(k, d, d)`.

    Returns:
        Nats, `(n,)`.

    Reference: Cook and Weisberg, "Residuals and Influence in Regression", 1982, on deleting a case.
    """
    number, size = points.shape
    white = np.linalg.solve(scale_trils, (points[None] - locs[:, None]).swapaxes(1, 2))
    distance = np.square(white).sum(axis=1).T  # (n, k)
    log_det = 2.0 * np.log(np.diagonal(scale_trils, axis1=1, axis2=2)).sum(axis=1)
    responsibility = _normalized(np.log(weights) - 0.5 * (distance + log_det))
    whole = weights * number
    left = np.maximum(whole - responsibility, SMALLEST * whole)
    room = np.maximum(1.0 - responsibility * distance / left, SMALLEST)
    distance = whole / left * distance / room
    log_det = log_det + size * np.log(whole / left) + np.log(room)
    log_weight = np.log(left / max(number - 1, 1))
    constant = size * np.log(2.0 * np.pi)
    return np.logaddexp.reduce(log_weight - 0.5 * (distance + log_det + constant), axis=1)


def _normalized(logits: np.ndarray) -> np.ndarray:
    return np.exp(logits - np.logaddexp.reduce(logits, axis=1)[:, None])
