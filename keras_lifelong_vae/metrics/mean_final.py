"""How good the model is at the end, over everything it has learned."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from keras_lifelong_vae.metrics.matrix import check_matrix


def mean_final(R: ArrayLike, test_sizes: Sequence[int]) -> float:
    """Mean of the last row over the test images of all finished tasks, each image alike.

        sum_j R[k - 1][j] * test_sizes[j] / sum_j test_sizes[j],   j = 0 ... k - 1

    Once R is square these are all tasks.

    Args:
        R: `(k, n)`; R[i][j] is the mean per image after task i on the test set of task j.
        test_sizes: Number of test images of each of the n tasks, at least 1.

    Returns:
        The mean, in the unit of R.

    Raises:
        ValueError: If R is no such matrix or `test_sizes` are not n positive numbers.

    Example:

    ```python
    mean_final([[3.0, 9.0], [4.0, 2.0]], test_sizes=[10, 30])  # 2.5
    ```
    """
    matrix = check_matrix(R)
    sizes = np.asarray(test_sizes)
    if sizes.shape != matrix.shape[1:] or not (sizes > 0).all():
        raise ValueError(
            f"`test_sizes` must be {matrix.shape[1]} numbers greater than 0, "
            f"received {test_sizes!r}."
        )
    finished = len(matrix)
    return float(np.average(matrix[-1, :finished], weights=sizes[:finished]))
