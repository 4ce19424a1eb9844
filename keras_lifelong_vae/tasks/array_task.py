"""One task made of images in memory."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from keras_lifelong_vae.checks import check_natural, check_positive_int, check_share
from keras_lifelong_vae.tasks.array_split import ArraySplit
from keras_lifelong_vae.tasks.seeds import derived_seed
from keras_lifelong_vae.tasks.task import Task


class TaskOptions(NamedTuple):
    """The arguments that the builders of tasks from arrays share."""

    batch_size: int
    validation_share: float
    seed: int

    @classmethod
    def checked(cls, batch_size: int, validation_share: float, seed: int) -> "TaskOptions":
        """The options; raises `ValueError` if one is out of range."""
        return cls(
            check_positive_int(batch_size, "batch_size"),
            check_share(validation_share, "validation_share"),
            check_natural(seed, "seed"),
        )


def array_task(
    name: str,
    options: TaskOptions,
    train: ArraySplit,
    validation: ArraySplit | None = None,
    test: ArraySplit | None = None,
) -> Task:
    """The task of the given images; without validation images it takes them from the training."""
    if train.num_images == 0:
        raise ValueError(f"Task {name!r} must hold at least one training image, received none.")
    batch_size, share, seed = options
    if validation is None:
        kept, held_out = carve_validation(np.arange(train.num_images), share, seed, name)
        train, validation = train.subset(kept), train.subset(held_out)
    shuffle_seed = derived_seed(seed, name, "shuffle")
    others = (
        replace(split, batch_size=batch_size) if split and split.num_images else None
        for split in (validation, test)
    )
    return Task(name, replace(train, batch_size=batch_size, shuffle_seed=shuffle_seed), *others)


def carve_validation(
    rows: np.ndarray, validation_share: float, seed: int, name: str
) -> tuple[np.ndarray, np.ndarray]:
    """Divides `rows` at random into training and validation rows, both in ascending order.

    The share is rounded to whole images. A share above 0 takes at least one image if there are
    two, and always leaves one. Tasks with different names differ in their choice.
    """
    wanted = round(len(rows) * validation_share)
    if validation_share > 0.0:
        wanted = max(wanted, 1)
    size = min(wanted, len(rows) - 1)
    order = np.random.default_rng(derived_seed(seed, name, "validation")).permutation(len(rows))
    return rows[np.sort(order[size:])], rows[np.sort(order[:size])]
