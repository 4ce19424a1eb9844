"""How the categories of z_d and the classes of the data line up."""

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import mutual_info_score
from sklearn.metrics.cluster import contingency_matrix

from keras_lifelong_vae.checks import check_labels


def purity(categories: ArrayLike, classes: ArrayLike) -> float:
    """Share of examples whose class is the most frequent one of their category.

        1/n sum_c max_y |{i: categories_i = c, classes_i = y}|

    From the share of the most frequent class (one category for all) to 1 (no category mixes
    classes). More categories never lower it: compare only runs with equally many.

    Args:
        categories: Integers `(n,)`, such as `model.encode(images).category`.
        classes: Integers `(n,)`.

    Returns:
        The share, in (0, 1].

    Raises:
        ValueError: If the arguments are not integers `(n,)` of one length n >= 1.

    Example:

    ```python
    purity([0, 0, 0, 1], [5, 5, 6, 6])  # 0.75
    ```

    Reference: Manning et al., "Introduction to Information Retrieval", 2008, section 16.3.
    """
    categories, classes = _checked_pair(categories, "categories", classes, "classes")
    counts = contingency_matrix(classes, categories)  # (classes, categories)
    return float(counts.max(axis=0).sum() / len(classes))


def mutual_information(categories: ArrayLike, classes: ArrayLike) -> float:
    """I(category; class) of the empirical joint distribution, in nats.

        sum_cy p(c, y) log(p(c, y) / (p(c) p(y)))

    From 0 (independent) to the smaller of the two entropies.

    Args:
        categories: Integers `(n,)`, such as `model.encode(images).category`.
        classes: Integers `(n,)`.

    Returns:
        Nats.

    Raises:
        ValueError: If the arguments are not integers `(n,)` of one length n >= 1.
    """
    categories, classes = _checked_pair(categories, "categories", classes, "classes")
    return float(mutual_info_score(classes, categories))


def agreement(a: ArrayLike, b: ArrayLike) -> float:
    """Share of equal entries, such as the modes of teacher's and student's q(z_d | x).

    Args:
        a: Integers `(n,)`.
        b: Integers `(n,)`.

    Returns:
        The share, in [0, 1].

    Raises:
        ValueError: If the arguments are not integers `(n,)` of one length n >= 1.
    """
    first, second = _checked_pair(a, "a", b, "b")
    return float(np.mean(first == second))


def _checked_pair(
    first: ArrayLike, first_name: str, second: ArrayLike, second_name: str
) -> tuple[np.ndarray, np.ndarray]:
    a, b = check_labels(first, first_name), check_labels(second, second_name)
    if len(a) != len(b):
        raise ValueError(
            f"`{second_name}` must be as long as `{first_name}` ({len(a)}), received {len(b)}."
        )
    return a, b
