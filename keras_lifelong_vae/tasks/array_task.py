"""One task made of images in memory, and what the builders of such tasks share."""

from dataclasses import replace
from os import PathLike
from typing import Any

import numpy as np

from keras_lifelong_vae.checks import (
    check_image_shape,
    check_images,
    check_natural,
    check_positive_int,
    check_share,
)
from keras_lifelong_vae.data import ImageData, load
from keras_lifelong_vae.tasks.array_split import ArraySplit, array_split
from keras_lifelong_vae.tasks.seeds import derived_seed
from keras_lifelong_vae.tasks.task import Task


def checked_options(batch_size: int, validation_share: float, seed: int) -> tuple[int, float, int]:
    """The arguments that the builders of tasks share; `ValueError` if one is out of range."""
    return (
        check_positive_int(batch_size, "batch_size"),
        check_share(validation_share, "validation_share"),
        check_natural(seed, "seed"),
    )


def image_data(data: Any, name: str, data_dir: str | PathLike[str] | None) -> ImageData:
    """The data set that `data` names, or `data` itself if it is an `ImageData`."""
    if isinstance(data, str):
        return load(data, data_dir=data_dir)
    check_no_data_dir(data, data_dir)
    if not isinstance(data, ImageData):
        raise TypeError(
            f"`{name}` must be the name of a data set or an `ImageData`, "
            f"received {type(data).__name__}."
        )
    return data


def check_no_data_dir(data: Any, data_dir: str | PathLike[str] | None) -> None:
    """Raises `ValueError` if `data_dir` is given."""
    if data_dir is not None:
        raise ValueError(
            f"`data_dir` is where to look for a data set that `data` names, "
            f"received `data_dir={data_dir!r}` with a {type(data).__name__}."
        )


def check_own_images(
    images: Any, name: str, event_shape: tuple[int, ...] | None = None
) -> np.ndarray:
    """As `check_images`, and bytes are images in 0..255 as they come from a camera or a file."""
    array = np.asarray(images)
    if array.dtype != np.uint8:
        return check_images(array, name, event_shape)
    check_image_shape(array.shape, name, event_shape)
    if not len(array):
        raise ValueError(f"`{name}` must hold at least one image, received shape {array.shape}.")
    return array


def splits_of(data: ImageData) -> tuple[ArraySplit, ArraySplit]:
    """Training and test images as tensors."""
    return (
        array_split(data.train_images, data.train_labels),
        array_split(data.test_images, data.test_labels),
    )


def array_task(
    name: str,
    options: tuple[int, float, int],
    train: ArraySplit,
    validation: ArraySplit | None = None,
    test: ArraySplit | None = None,
) -> Task:
    """The task of the given images; without validation images it takes them from the training."""
    if train.num_images == 0:
        raise ValueError(f"Task {name!r} must hold at least one training image, received none.")
    batch_size, share, seed = options
    if validation is None:
        kept, held_out = carve_out(np.arange(train.num_images), share, seed, name)
        train, validation = train.subset(kept), train.subset(held_out)
    shuffle_seed = derived_seed(seed, name, "shuffle")
    others = (
        replace(split, batch_size=batch_size) if split and split.num_images else None
        for split in (validation, test)
    )
    return Task(name, replace(train, batch_size=batch_size, shuffle_seed=shuffle_seed), *others)


def carve_out(
    rows: np.ndarray, share: float, seed: int, name: str, use: str = "validation"
) -> tuple[np.ndarray, np.ndarray]:
    """Divides `rows` at random into those for training and a share, both in ascending order."""
    wanted = round(len(rows) * share)
    if share > 0.0:
        wanted = max(wanted, 1)
    size = min(wanted, len(rows) - 1)  # one image always stays for training
    order = np.random.default_rng(derived_seed(seed, name, use)).permutation(len(rows))
    return rows[np.sort(order[size:])], rows[np.sort(order[:size])]
