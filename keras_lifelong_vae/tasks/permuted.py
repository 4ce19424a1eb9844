"""One data set under another fixed pixel permutation in every task."""

from math import prod
from os import PathLike

import numpy as np

from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.data import ImageData
from keras_lifelong_vae.tasks.array_split import index_tensor
from keras_lifelong_vae.tasks.array_task import array_task, checked_options, image_data, splits_of
from keras_lifelong_vae.tasks.seeds import derived_seed
from keras_lifelong_vae.tasks.task_sequence import TaskSequence


def permuted(
    data: str | ImageData,
    num_tasks: int = 5,
    batch_size: int = 128,
    validation_share: float = 0.05,
    seed: int = 0,
    data_dir: str | PathLike[str] | None = None,
    *,
    identity_first: bool = True,
) -> TaskSequence:
    """Repeat a whole data set under new fixed permutations of its pixels.

    A task moves the height x width x channels numbers of all its images, training, validation and
    test, in the same way. The tasks share one copy of the images: they are permuted batch by batch.
    For arguments not listed, and for errors, see `split_by_class`.

    Args:
        data: Name of a data set for `keras_lifelong_vae.data.load`, or an `ImageData`.
        num_tasks: Number of tasks.
        validation_share: As of `split_by_class`, chosen anew in every task.
        seed: Seed of the permutations, the order of the images and the choice for validation.
            Permutation number i does not depend on `num_tasks`.
        identity_first: Whether the first task has the original images (the default); otherwise
            its pixels are permuted too.

    Returns:
        A sequence of tasks named `"original"` (or `"permutation 0"`), `"permutation 1"`, ...

    Example:
    ```python
    tasks = permuted("digits", num_tasks=3)
    tasks.names  # ("original", "permutation 1", "permutation 2")
    ```
    """
    options = checked_options(batch_size, validation_share, seed)
    num_tasks = check_positive_int(num_tasks, "num_tasks")
    train, test = splits_of(image_data(data, "data", data_dir))
    tasks = []
    for i in range(num_tasks):
        name = "original" if i == 0 and identity_first else f"permutation {i}"
        splits = [train, test]
        if name != "original":
            rng = np.random.default_rng(derived_seed(seed, name, "pixels"))
            order = index_tensor(rng.permutation(prod(train.event_shape)))
            splits = [split.permuted(order) for split in splits]
        tasks.append(array_task(name, options, splits[0], test=splits[1]))
    return TaskSequence(tuple(tasks))
