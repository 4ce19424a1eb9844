"""Which classes a model generates, and how evenly."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr

from keras_lifelong_vae.checks import check_labels, check_positive_int


def class_shares(classes: ArrayLike, num_classes: int) -> np.ndarray:
    """Share of each class among generated samples.

    Args:
        classes: Integers `(n,)` in [0, num_classes), such as a classifier's answers.
        num_classes: Number of classes, those that do not occur included.

    Returns:
        `(num_classes,)`, summing to 1.

    Raises:
        ValueError: If `classes` are not integers `(n,)` in range, n >= 1.

    Example:

    ```python
    class_shares([0, 0, 2, 2], num_classes=3)  # [0.5, 0.0, 0.5]
    ```
    """
    check_positive_int(num_classes, "num_classes")
    labels = check_labels(classes, "classes", num_classes)
    return np.bincount(labels, minlength=num_classes) / len(labels)


def evenness(shares: ArrayLike) -> float:
    """Entropy of the shares relative to that of equal ones (Pielou's index).

        -sum_y s_y log s_y / log(n),    0 log 0 = 0

    1: every class equally often; 0: only one class.

    Args:
        shares: `(n,)`, n >= 2, not negative and summing to 1.

    Returns:
        The ratio, in [0, 1].

    Raises:
        ValueError: If `shares` is no such vector.

    Reference: Pielou, "The measurement of diversity in different types of biological
    collections", 1966.
    """
    array = np.asarray(shares, "float64")
    if array.ndim != 1 or len(array) < 2:
        raise ValueError(f"`shares` must have shape (n,) with n >= 2, received {array.shape}.")
    # Written so that NaN fails, too.
    if not ((array >= 0).all() and abs(array.sum() - 1.0) < 1e-6):
        raise ValueError(f"`shares` must be at least 0 and sum to 1, received {array.tolist()}.")
    return min(1.0, float(entr(array).sum() / np.log(len(array))))
