"""Which training images are kept for validation."""

import numpy as np

from keras_lifelong_vae.tasks.seeds import derived_seed


def carve_validation(
    rows: np.ndarray, validation_share: float, seed: int, name: str
) -> tuple[np.ndarray, np.ndarray]:
    """Divide `rows` into training and validation rows, both in ascending order of position.

    Args:
        rows: Rows of a task's training images, at least one.
        validation_share: Share in [0, 1) that goes to validation, rounded to whole images. A
            share above 0 takes at least one image if there are two, and always leaves one.
        seed: Seed that the user chose.
        name: Name of the task; tasks differ in their choice.

    Returns:
        Training rows and validation rows.
    """
    wanted = round(len(rows) * validation_share)
    if validation_share > 0.0:
        wanted = max(wanted, 1)
    size = min(wanted, len(rows) - 1)
    order = np.random.default_rng(derived_seed(seed, name, "validation")).permutation(len(rows))
    return rows[np.sort(order[size:])], rows[np.sort(order[:size])]
