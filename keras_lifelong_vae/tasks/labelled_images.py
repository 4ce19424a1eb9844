"""Images with a class each, from wherever the user has them."""

from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.checks import check_images
from keras_lifelong_vae.data import ImageData, load
from keras_lifelong_vae.tasks.array_split import image_tensor


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Training and, if there are any, test images with their labels.

    Args:
        train: Tensor `(n, *event_shape)`.
        train_labels: Integer array `(n,)`.
        test: Tensor `(m, *event_shape)` or `None`.
        test_labels: Integer array `(m,)` or `None`.
        class_names: One name per label, `None` if the classes are called by their number.
    """

    train: tf.Tensor
    train_labels: np.ndarray
    test: tf.Tensor | None
    test_labels: np.ndarray | None
    class_names: tuple[str, ...] | None = None

    def class_name(self, label: int) -> str:
        """Return what the class is called."""
        return str(label) if self.class_names is None else self.class_names[label]


def load_if_named(data: Any, data_dir: str | PathLike[str] | None) -> Any:
    """Return the `ImageData` that `data` names, or `data` itself if it is not a string.

    Raises:
        ValueError: If the name is unknown, or `data_dir` is given without a name.
    """
    if isinstance(data, str):
        return load(data, data_dir=data_dir)
    if data_dir is not None:
        raise ValueError(
            f"`data_dir` is where to look for a data set that `data` names, "
            f"received `data_dir={data_dir!r}` with a {type(data).__name__}."
        )
    return data


def from_image_data(data: ImageData) -> LabelledImages:
    """Copy the images into tensors."""
    return LabelledImages(
        image_tensor(data.train_images),
        data.train_labels,
        image_tensor(data.test_images),
        data.test_labels,
        data.class_names,
    )


def from_pairs(data: Any, test: Any | None) -> LabelledImages:
    """Check the user's `(images, labels)` pairs and copies the images into tensors.

    Raises:
        TypeError: If a dtype is wrong, or something else than a pair is given.
        ValueError: If a shape or a value is wrong.
    """
    images, labels = _check_pair(data, "data")
    if test is None:
        return LabelledImages(image_tensor(images), labels, None, None)
    test_images, test_labels = _check_pair(test, "test", images.shape[1:])
    return LabelledImages(image_tensor(images), labels, image_tensor(test_images), test_labels)


def _check_pair(
    pair: Any, name: str, event_shape: tuple[int, ...] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise TypeError(f"`{name}` must be a pair (images, labels), received {_describe(pair)}.")
    images = check_images(pair[0], f"{name}[0]", event_shape)
    return images, _check_labels(pair[1], f"{name}[1]", len(images))


def _check_labels(labels: Any, name: str, size: int) -> np.ndarray:
    array = np.array(labels)  # a copy: later edits to the labels do not reach the tasks
    if not np.issubdtype(array.dtype, np.integer):
        raise TypeError(f"`{name}` must hold integer labels, received dtype {array.dtype}.")
    if array.shape != (size,):
        raise ValueError(
            f"`{name}` must hold one label for each of {size} images, shape ({size},), "
            f"received shape {array.shape}."
        )
    return array.astype(np.int64)


def _describe(value: Any) -> str:
    kind = type(value).__name__
    return f"a {kind} of {len(value)}" if isinstance(value, (tuple, list)) else f"a {kind}"
