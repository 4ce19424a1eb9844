"""What learning one task does to the others, before and after they are learned.

Both are written for scores where lower is better and signed as in the reference, where higher is:
positive means that tasks help each other.

Reference: Lopez-Paz and Ranzato, "Gradient Episodic Memory for Continual Learning", 2017.
"""

import numpy as np
from numpy.typing import ArrayLike

from keras_lifelong_vae.metrics.matrix import check_matrix


def backward_transfer(R: ArrayLike) -> float:
    """Mean over j < k - 1 of R[j][j] - R[k - 1][j], where a lower R is better.

    Positive: the later tasks have made the earlier ones better; negative: they were forgotten.

    Args:
        R: `(k, n)`, k >= 2; R[i][j] is the score after task i on the test set of task j.

    Returns:
        The mean, in the unit of R.

    Raises:
        ValueError: If R is no such matrix or only one task is finished.

    Example:

    ```python
    backward_transfer([[3.0, 9.0], [4.0, 2.0]])  # -1.0
    ```

    Reference: Lopez-Paz and Ranzato, 2017, equation 3, with the sign of the score turned.
    """
    matrix = check_matrix(R)
    finished = len(matrix)
    if finished < 2:
        raise ValueError(
            f"`R` must have at least 2 finished tasks for a transfer, received {finished}."
        )
    return float(np.mean((np.diagonal(matrix) - matrix[-1, :finished])[:-1]))


def forward_transfer(R: ArrayLike, baseline: ArrayLike) -> float:
    """Mean over j >= 1 of baseline[j] - R[j - 1][j], where a lower R is better.

    Positive: the earlier tasks help with a task that has not been seen yet. Of a begun run, the
    mean is over the tasks whose predecessor is finished.

    Args:
        R: `(k, n)`, n >= 2; R[i][j] is the score after task i on the test set of task j.
        baseline: `(n,)`, the score of an untrained model on each task.

    Returns:
        The mean, in the unit of R.

    Raises:
        ValueError: If R is no such matrix, there is only one task, or `baseline` is not n finite
            numbers.

    Example:

    ```python
    forward_transfer([[3.0, 9.0], [4.0, 2.0]], baseline=[20.0, 21.0])  # 12.0
    ```

    Reference: Lopez-Paz and Ranzato, 2017, equation 4, with the sign of the score turned.
    """
    matrix = check_matrix(R)
    finished, tasks = matrix.shape
    if tasks < 2:
        raise ValueError(f"`R` must have at least 2 tasks for a transfer, received {tasks}.")
    untrained = np.asarray(baseline, "float64")
    if untrained.shape != (tasks,) or not np.isfinite(untrained).all():
        raise ValueError(f"`baseline` must be {tasks} finite numbers, received {baseline!r}.")
    following = np.arange(1, min(finished, tasks - 1) + 1)
    return float(np.mean(untrained[following] - matrix[following - 1, following]))
