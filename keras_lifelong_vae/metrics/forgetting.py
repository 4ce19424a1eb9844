"""How much worse each task has become since it was learned."""

import numpy as np
from numpy.typing import ArrayLike

from keras_lifelong_vae.metrics.matrix import check_matrix


def forgetting(R: ArrayLike) -> np.ndarray:
    """R[k - 1][j] - R[j][j] for each finished task j, where a lower R is better.

    The last task's is 0; a negative one means that later tasks helped.

    Args:
        R: `(k, n)`; R[i][j] is the score after task i on the test set of task j.

    Returns:
        `(k,)`, in the unit of R.

    Raises:
        ValueError: If R is no such matrix.

    Example:

    ```python
    forgetting([[3.0, 9.0], [4.0, 2.0]])  # [1.0, 0.0]
    ```
    """
    matrix = check_matrix(R)
    return matrix[-1, : len(matrix)] - np.diagonal(matrix)
