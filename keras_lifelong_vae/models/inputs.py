"""What `fit` and `evaluate` are given, looked at before any time is spent on it."""

from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae.checks import (
    check_image_shape,
    check_images,
    check_range,
    known_value_range,
)
from keras_lifelong_vae.types import Tensor


def images_of(data: Any) -> Tensor:
    """The images of a batch; labels are ignored, sample weights are refused."""
    images, _, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    if sample_weight is not None:
        raise ValueError(
            "`sample_weight` must be None: replay decides how images are weighed, received one."
        )
    return images


def check_data(data: Any, name: str, event_shape: tuple[int, ...]) -> None:
    """Raises unless `data` holds floating-point images of `event_shape` in [0, 1].

    Arrays are looked at whole. Of a `tf.data.Dataset` the element spec and the first batch are,
    unless it comes from a task sequence, whose images were all checked when it was made. Python
    generators and `PyDataset`s are not touched.
    """
    if data is None:
        return
    if isinstance(data, tf.data.Dataset):
        _check_dataset(data, name, event_shape)
    elif isinstance(data, (tuple, list)):
        check_data(data[0], f"{name}[0]", event_shape)
    elif hasattr(data, "__array__"):
        check_images(data, name, event_shape, 0.0, 1.0)


def _check_dataset(dataset: tf.data.Dataset, name: str, event_shape: tuple[int, ...]) -> None:
    spec = images_of(dataset.element_spec)
    if not isinstance(spec, tf.TensorSpec) or not spec.dtype.is_floating:
        raise TypeError(
            f"`{name}` must yield batches of floating-point images, received elements {spec}."
        )
    if spec.shape.rank is not None:
        check_image_shape(spec.shape.as_list(), name, event_shape)
    value_range = known_value_range(dataset)
    if value_range is not None:
        return check_range(value_range, name, 0.0, 1.0)
    for data in dataset.take(1):
        check_images(images_of(data), name, event_shape, 0.0, 1.0)
        return
    raise ValueError(f"`{name}` must yield at least one batch, received an empty data set.")
