"""Functions of the matrix R: R[i, j] is the score after task i on the test set of task j.

Transfers are written for scores where lower is better and signed as in the reference, where higher
is: positive means that tasks help each other.

Reference: Lopez-Paz and Ranzato, "Gradient Episodic Memory for Continual Learning", 2017.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike


def mean_final(R: ArrayLike, test_sizes: Sequence[int]) -> float:
    """Mean of the last row over the test images of all finished tasks, each image alike.

        sum_j R[k - 1, j] * test_sizes[j] / sum_j test_sizes[j],   j = 0 ... k - 1

    Once R is square these are all tasks.

    Args:
        R: `(k, n)`; R[i, j] is the mean per image after task i on the test set of task j.
        test_sizes: Number of test images of each of the n tasks, at least 1.

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


def forgetting(R: ArrayLike) -> np.ndarray:
    """R[k - 1, j] - R[j, j] for each finished task j, `(k,)`, where a lower R is better.

    The last task's is 0; a negative one means that later tasks helped.

    Args:
        R: `(k, n)`; R[i, j] is the score after task i on the test set of task j.

    Example:
    ```python
    forgetting([[3.0, 9.0], [4.0, 2.0]])  # [1.0, 0.0]
    ```
    """
    matrix = check_matrix(R)
    return matrix[-1, : len(matrix)] - np.diagonal(matrix)


def backward_transfer(R: ArrayLike) -> float:
    """Mean over j < k - 1 of R[j, j] - R[k - 1, j], where a lower R is better.

    Positive: the later tasks have made the earlier ones better; negative: they were forgotten.

    Args:
        R: `(k, n)`, k >= 2; R[i, j] is the score after task i on the test set of task j.

    Example:
    ```python
    backward_transfer([[3.0, 9.0], [4.0, 2.0]])  # -1.0
    ```

    Reference: Lopez-Paz and Ranzato, 2017, equation 3, with the sign of the score turned.
    """
    forgotten = forgetting(R)
    if (k := len(forgotten)) < 2:
        raise ValueError(f"`R` must have at least 2 finished tasks for a transfer, received {k}.")
    return float(np.mean(-forgotten[:-1]))


def forward_transfer(R: ArrayLike, baseline: ArrayLike) -> float:
    """Mean over j >= 1 of baseline[j] - R[j - 1, j], where a lower R is better.

    Positive: the earlier tasks help with a task that has not been seen yet. Of a begun run, the
    mean is over the tasks whose predecessor is finished.

    Args:
        R: `(k, n)`, n >= 2; R[i, j] is the score after task i on the test set of task j.
        baseline: `(n,)`, the score of an untrained model on each task.

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


def retention(x: float, naive: float, full_batch: float) -> float:
    """Share of the way from the naive score to the full-batch score.

        (naive - x) / (naive - full_batch)

    1: as good as a model that saw all data at once; 0: as bad as one that defends nothing;
    beyond [0, 1] it is better than the one or worse than the other.

    Args:
        x: Score of the model in question.
        naive: Score of sequential training without any defence, another than `full_batch`.
        full_batch: Score of training on all data at once; all three in the same unit.

    Example:
    ```python
    retention(250.0, naive=330.0, full_batch=230.0)  # 0.8
    ```
    """
    for name, score in (("x", x), ("naive", naive), ("full_batch", full_batch)):
        if not math.isfinite(score):
            raise ValueError(f"`{name}` must be a finite number, received {score!r}.")
    if naive == full_batch:
        raise ValueError(
            "`naive` must differ from `full_batch`, or there is nothing to retain, "
            f"received {naive!r} for both."
        )
    return float((naive - x) / (naive - full_batch))


def check_matrix(R: ArrayLike) -> np.ndarray:
    """R as a float array, a row for each of k finished tasks and a column for each of n >= k."""
    matrix = np.asarray(R, "float64")
    if matrix.ndim != 2 or not 1 <= matrix.shape[0] <= matrix.shape[1]:
        raise ValueError(
            "`R` must have shape (finished_tasks, tasks) with 1 <= finished_tasks <= tasks, "
            f"received {matrix.shape}."
        )
    if not np.isfinite(matrix).all():
        raise ValueError(f"`R` must hold finite numbers, received {matrix.tolist()}.")
    return matrix
