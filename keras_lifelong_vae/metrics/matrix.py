"""The matrix R that every metric is a function of."""

import numpy as np
from numpy.typing import ArrayLike


def check_matrix(R: ArrayLike) -> np.ndarray:
    """Checks that R has a row for each of the k finished tasks and a column for each of n >= k.

    Args:
        R: `(k, n)`; R[i][j] is the score after task i on the test set of task j.

    Returns:
        R as a float array.

    Raises:
        ValueError: If R has another shape, no row, or a value that is NaN or infinite.
    """
    matrix = np.asarray(R, "float64")
    if matrix.ndim != 2 or not 1 <= matrix.shape[0] <= matrix.shape[1]:
        raise ValueError(
            "`R` must have shape (finished_tasks, tasks) with 1 <= finished_tasks <= tasks, "
            f"received {matrix.shape}."
        )
    if not np.isfinite(matrix).all():
        raise ValueError(f"`R` must hold finite numbers, received {matrix.tolist()}.")
    return matrix
