"""Images with a class each, from wherever the user has them."""

from os import PathLike
from typing import Any

import numpy as np

from keras_lifelong_vae.checks import check_images
from keras_lifelong_vae.data import ImageData, load
from keras_lifelong_vae.tasks.array_split import ArraySplit, array_split


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


def splits_of(data: ImageData) -> tuple[ArraySplit, ArraySplit]:
    """Training and test images as tensors."""
    return (
        array_split(data.train_images, data.train_labels),
        array_split(data.test_images, data.test_labels),
    )


def split_of_pair(pair: Any, name: str, event_shape: tuple[int, ...] | None = None) -> ArraySplit:
    """The user's pair (images, labels), checked."""
    is_sequence = isinstance(pair, (tuple, list))
    if not is_sequence or len(pair) != 2:
        received = f"a {type(pair).__name__}" + (f" of {len(pair)}" if is_sequence else "")
        raise TypeError(f"`{name}` must be a pair (images, labels), received {received}.")
    images = check_images(pair[0], f"{name}[0]", event_shape)
    labels = np.array(pair[1])  # a copy: later edits to the labels do not reach the tasks
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"`{name}[1]` must hold integer labels, received dtype {labels.dtype}.")
    if labels.shape != images.shape[:1]:
        raise ValueError(
            f"`{name}[1]` must hold one label for each of {len(images)} images, shape "
            f"({len(images)},), received shape {labels.shape}."
        )
    return array_split(images, labels.astype(np.int64))
