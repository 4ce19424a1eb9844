"""Labels of the images of a task, for terms that ask for them."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae.types import Tensor


def labels_of(data: Any, num_categories: int) -> Tensor:
    """The labels of a batch, int32 `(batch_size,)`.

    Raises:
        TypeError, ValueError: If there are none, or not one integer for each image.
    """
    labels = keras.utils.unpack_x_y_sample_weight(data)[1]
    _check_kind(labels, num_categories)
    return tf.cast(labels, tf.int32)


def check_labels_of(data: Any, labels: Any, num_categories: int) -> None:
    """Raises unless `fit` is given a label for each image: looked at whole if it is an array.

    Python generators and `PyDataset`s are not touched.
    """
    if isinstance(data, tf.data.Dataset):
        if labels is not None:
            raise ValueError("`y` must be None for a data set, which yields (images, labels).")
        _check_kind(keras.utils.unpack_x_y_sample_weight(data.element_spec)[1], num_categories)
    elif hasattr(data, "__array__"):
        _check_kind(labels, num_categories)
        _check_values(np.asarray(labels), len(data), num_categories)


def _check_kind(labels: Any, num_categories: int) -> None:
    expected = _expected(num_categories)
    if labels is None:
        raise ValueError(f"{expected}, received None.")
    if not (hasattr(labels, "dtype") and tf.as_dtype(labels.dtype).is_integer):
        raise TypeError(f"{expected}, received {getattr(labels, 'dtype', type(labels).__name__)}.")
    if len(labels.shape) != 1:
        raise ValueError(f"{expected}, received the shape {tuple(labels.shape)}.")


def _check_values(labels: np.ndarray, number: int, num_categories: int) -> None:
    expected = _expected(num_categories)
    if len(labels) != number:
        raise ValueError(f"{expected}, received {len(labels)} for {number} images.")
    if number and not -1 <= labels.min() <= labels.max() < num_categories:
        raise ValueError(f"{expected}, received values from {labels.min()} to {labels.max()}.")


def _expected(num_categories: int) -> str:
    return (
        f"`y` must be one integer of 0 to {num_categories - 1} for each image, which category of "
        "its task it is of, or -1 where none is known"
    )
