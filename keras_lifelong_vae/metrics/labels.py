"""What integer labels tell: how categories and classes line up, and what a model generates."""

import numpy as np
from numpy.typing import ArrayLike

from keras_lifelong_vae.checks import check_labels, check_positive_int


def purity(categories: ArrayLike, classes: ArrayLike) -> float:
    """Share of examples whose class is the most frequent one of their category.

        1/n sum_c max_y |{i: categories_i = c, classes_i = y}|

    From the share of the most frequent class (one category for all) to 1 (no category mixes
    classes). More categories never lower it: compare only runs with equally many.

    Args:
        categories: Integers `(n,)`, such as `model.encode(images).category`.
        classes: Integers `(n,)`.

    Example:
    ```python
    purity([0, 0, 0, 1], [5, 5, 6, 6])  # 0.75
    ```

    Reference: Manning et al., "Introduction to Information Retrieval", 2008, section 16.3.
    """
    categories, classes = _checked_pair(categories, "categories", classes, "classes")
    from sklearn.metrics.cluster import contingency_matrix  # slow to import

    counts = contingency_matrix(classes, categories)  # (classes, categories)
    return float(counts.max(axis=0).sum() / len(classes))


def mutual_information(categories: ArrayLike, classes: ArrayLike) -> float:
    """I(category; class) of the empirical joint distribution, in nats.

        sum_cy p(c, y) log(p(c, y) / (p(c) p(y)))

    From 0 (independent) to the smaller of the two entropies.

    Args:
        categories: Integers `(n,)`, such as `model.encode(images).category`.
        classes: Integers `(n,)`.
    """
    categories, classes = _checked_pair(categories, "categories", classes, "classes")
    from sklearn.metrics import mutual_info_score  # slow to import

    return float(mutual_info_score(classes, categories))


def agreement(a: ArrayLike, b: ArrayLike) -> float:
    """Share of equal entries, such as the modes of teacher's and student's q(z_d | x).

    Args:
        a: Integers `(n,)`.
        b: Integers `(n,)`.
    """
    first, second = _checked_pair(a, "a", b, "b")
    return float(np.mean(first == second))


def class_shares(classes: ArrayLike, num_classes: int) -> np.ndarray:
    """Share of each class among generated samples.

    Args:
        classes: Integers `(n,)` in [0, num_classes), such as a classifier's answers.
        num_classes: Number of classes, those that do not occur included.

    Returns:
        `(num_classes,)`, summing to 1.

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

    Reference: Pielou, "The measurement of diversity in different types of biological
    collections", 1966.
    """
    array = np.asarray(shares, "float64")
    if array.ndim != 1 or len(array) < 2:
        raise ValueError(f"`shares` must have shape (n,) with n >= 2, received {array.shape}.")
    # Written so that NaN fails, too.
    if not ((array >= 0).all() and abs(array.sum() - 1.0) < 1e-6):
        raise ValueError(f"`shares` must be at least 0 and sum to 1, received {array.tolist()}.")
    from scipy.special import entr  # slow to import

    return min(1.0, float(entr(array).sum() / np.log(len(array))))


def _checked_pair(
    first: ArrayLike, first_name: str, second: ArrayLike, second_name: str
) -> tuple[np.ndarray, np.ndarray]:
    a, b = check_labels(first, first_name), check_labels(second, second_name)
    if len(a) != len(b):
        raise ValueError(
            f"`{second_name}` must be as long as `{first_name}` ({len(a)}), received {len(b)}."
        )
    return a, b
