"""Images with a class each, from wherever the user has them."""

from os import PathLike
from typing import Any, NamedTuple

import numpy as np

from keras_lifelong_vae.checks import check_images
from keras_lifelong_vae.data import ImageData, load
from keras_lifelong_vae.tasks.array_task import Rows, copied


class LabelledImages(NamedTuple):
    """Training and, if there are any, test images with their labels.

    `class_names` has one name per label; `None` if the classes are called by their number.
    """

    train: Rows
    test: Rows | None
    class_names: tuple[str, ...] | None = None

    def class_name(self, label: int) -> str:
        """Return what the class is called."""
        return str(label) if self.class_names is None else self.class_names[label]


def image_data(data: Any, name: str, data_dir: str | PathLike[str] | None) -> ImageData:
    """Return the data set that `data` names, or `data` itself if it is an `ImageData`.

    Raises:
        TypeError: If `data` is neither.
        ValueError: If the name is unknown, or `data_dir` is given without a name.
    """
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
    """Raise `ValueError` if `data_dir` is given."""
    if data_dir is not None:
        raise ValueError(
            f"`data_dir` is where to look for a data set that `data` names, "
            f"received `data_dir={data_dir!r}` with a {type(data).__name__}."
        )


def from_image_data(data: ImageData) -> LabelledImages:
    """Copy the images into tensors."""
    train = copied(data.train_images, data.train_labels)
    return LabelledImages(train, copied(data.test_images, data.test_labels), data.class_names)


def from_pairs(data: Any, test: Any | None) -> LabelledImages:
    """Check the user's `(images, labels)` pairs and copy the images into tensors.

    Raises:
        TypeError: If a dtype is wrong, or something else than a pair is given.
        ValueError: If a shape or a value is wrong.
    """
    train = _copied_pair(data, "data")
    event_shape = tuple(train.images.shape[1:])
    return LabelledImages(train, None if test is None else _copied_pair(test, "test", event_shape))


def _copied_pair(pair: Any, name: str, event_shape: tuple[int, ...] | None = None) -> Rows:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise TypeError(f"`{name}` must be a pair (images, labels), received {_describe(pair)}.")
    images = check_images(pair[0], f"{name}[0]", event_shape)
    labels = np.array(pair[1])  # a copy: later edits to the labels do not reach the tasks
    if not np.issubdtype(labels.dtype, np.integer):
        raise TypeError(f"`{name}[1]` must hold integer labels, received dtype {labels.dtype}.")
    if labels.shape != images.shape[:1]:
        raise ValueError(
            f"`{name}[1]` must hold one label for each of {len(images)} images, shape "
            f"({len(images)},), received shape {labels.shape}."
        )
    return copied(images, labels.astype(np.int64))


def _describe(value: Any) -> str:
    kind = type(value).__name__
    return f"a {kind} of {len(value)}" if isinstance(value, (tuple, list)) else f"a {kind}"
