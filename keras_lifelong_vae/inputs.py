"""What `fit`, `evaluate` and the answers are given, looked at before any time is spent on it."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae.checks import (
    check_image_array,
    check_image_shape,
    check_images,
    check_range,
    known_value_range,
)
from keras_lifelong_vae.likelihoods import Likelihood
from keras_lifelong_vae.types import Tensor

ARRAY = (tf.Tensor, tf.TensorSpec, np.ndarray)


def images_of(data: Any) -> Tensor:
    """The images of a batch; labels are ignored, sample weights are refused."""
    images, _, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    check_nothing_given("the replay decides how images are weighed", sample_weight=sample_weight)
    return images


def check_nothing_given(reason: str, **arguments: Any) -> None:
    """Raises `ValueError` unless each of the arguments is `None`."""
    for name, value in arguments.items():
        if value is not None:
            raise ValueError(f"`{name}` must be None: {reason}; received {value!r}.")


def check_data(
    data: Any,
    name: str,
    event_shape: tuple[int, ...],
    likelihood: Likelihood,
    steps: int | None = None,
) -> None:
    """Raises unless `data` holds images of `event_shape` in the support of the likelihood.

    Arrays are looked at whole. Of a `tf.data.Dataset` the element spec and the first batch are,
    unless it comes from a task sequence, which knows the range of its values; it must have an end
    unless `steps` says where to stop. Python generators and `PyDataset`s are not touched.
    """
    if isinstance(data, tf.data.Dataset):
        if steps is None:
            check_finite(data, name)
        _check_dataset(data, name, event_shape, likelihood)
    elif isinstance(data, (tuple, list)):
        check_data(data[0], f"{name}[0]", event_shape, likelihood)
    elif hasattr(data, "__array__"):
        check_images(data, name, event_shape, *_limits(likelihood))


def batches_of(
    data: Any,
    name: str,
    event_shape: tuple[int, ...],
    likelihood: Likelihood | None,
    batch_size: int,
) -> Iterator[tuple[Any]]:
    """The images of an array or a data set, batch by batch, checked.

    Without a likelihood all but their values is checked.
    """
    if isinstance(data, tf.data.Dataset):
        check_finite(data, name)
        check_spec(images_of(data.element_spec), name, event_shape)
        if likelihood is not None:
            _check_dataset(data, name, event_shape, likelihood)
        for batch in data:
            yield (_checked_images(images_of(batch), name, event_shape, likelihood),)
        return
    array = _checked_images(data, name, event_shape, likelihood)
    yield from ((array[i : i + batch_size],) for i in range(0, len(array), batch_size))


def _checked_images(
    images: Any, name: str, event_shape: tuple[int, ...], likelihood: Likelihood | None
) -> np.ndarray:
    if likelihood is not None:
        array = check_images(images, name, event_shape, *_limits(likelihood))
    else:
        array = check_image_array(images, name, event_shape)
    with np.errstate(over="ignore"):
        return np.asarray(array, "float32")


def check_spec(spec: Any, name: str, event_shape: tuple[int, ...]) -> None:
    """Raises unless batches described by `spec`, an array or a `TensorSpec`, can hold images."""
    if not isinstance(spec, ARRAY) or not tf.as_dtype(spec.dtype).is_floating:
        raise TypeError(
            f"`{name}` must yield batches of floating-point images, received elements {spec}."
        )
    shape = tf.TensorShape(spec.shape)
    if shape.rank is not None:
        check_image_shape(shape.as_list(), name, event_shape)


def check_finite(dataset: tf.data.Dataset, name: str) -> None:
    """Raises `ValueError` if the data set never ends."""
    if dataset.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise ValueError(
            f"`{name}` must have an end, or a number of steps beside it, received a data set that "
            "repeats for ever."
        )


def _check_dataset(
    dataset: tf.data.Dataset, name: str, event_shape: tuple[int, ...], likelihood: Likelihood
) -> None:
    check_spec(images_of(dataset.element_spec), name, event_shape)
    known = known_value_range(dataset)
    if known is not None:
        check_range(known, name, *_limits(likelihood))
        return
    for data in dataset.take(1):
        check_images(images_of(data), name, event_shape, *_limits(likelihood))
        return
    raise ValueError(f"`{name}` must yield at least one batch, received an empty data set.")


def _limits(likelihood: Likelihood) -> tuple[float, float, str]:
    return likelihood.support.low, likelihood.support.high, type(likelihood).__name__
