"""Checks of what the user passes in: one error that names the argument, the rule and the value."""

import math
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
import tensorflow as tf

_RANGE_ATTRIBUTE = "_keras_lifelong_vae_value_range"


def check_images(
    images: Any,
    name: str,
    event_shape: Sequence[int] | None = None,
    low: float = -math.inf,
    high: float = math.inf,
    likelihood: str = "the likelihood",
) -> np.ndarray:
    """Checks that `images` is a float array `(n, *event_shape)` of finite values in [low, high].

    Args:
        images: Array or tensor to look at.
        name: How the caller calls it, for the message.
        event_shape: Shape of one image; anything with at least one axis if `None`.
        low: Smallest value in the support of the likelihood.
        high: Largest value in the support of the likelihood.
        likelihood: How the message calls the likelihood.

    Returns:
        The images as a numpy array.

    Raises:
        TypeError: If the values are not floating-point numbers.
        ValueError: If the shape is wrong, there is no image, or a value is NaN, infinite or
            outside [low, high].
    """
    array = check_image_array(images, name, event_shape)
    check_values(array, name, low, high, likelihood)
    return array


def check_image_array(
    images: Any, name: str, event_shape: Sequence[int] | None = None
) -> np.ndarray:
    """`images` as a numpy array, of whose values nothing is checked: see `check_images`."""
    array = np.asarray(images)
    if not np.issubdtype(array.dtype, np.floating):
        raise TypeError(
            f"`{name}` must hold floating-point values, received dtype {array.dtype}. "
            f"Convert 0-255 images with `{name}.astype('float32') / 255`."
        )
    check_image_shape(array.shape, name, event_shape)
    if array.shape[0] == 0:
        raise ValueError(f"`{name}` must hold at least one image, received shape {array.shape}.")
    return array


def check_image_shape(
    shape: Sequence[int | None], name: str, event_shape: Sequence[int] | None = None
) -> None:
    """Raises `ValueError` unless `shape` is `(batch_size, *event_shape)`."""
    expected = ("batch_size", "...") if event_shape is None else ("batch_size", *event_shape)
    received = tuple(shape)
    fits = len(received) >= 2 if event_shape is None else received[1:] == tuple(event_shape)
    if not fits:
        wanted = "(" + ", ".join(str(size) for size in expected) + ")"
        raise ValueError(f"`{name}` must have shape {wanted}, received {received}.")


def check_event_shape(event_shape: Any) -> tuple[int, ...]:
    """Returns `event_shape` as a tuple of integers of at least 1, raises `ValueError` otherwise."""
    if not isinstance(event_shape, Sequence) or isinstance(event_shape, str):
        raise ValueError(f"`event_shape` must be a sequence of integers, received {event_shape!r}.")
    return tuple(check_positive_int(size, "event_shape") for size in event_shape)


def check_values(
    array: np.ndarray,
    name: str,
    low: float = -math.inf,
    high: float = math.inf,
    likelihood: str = "the likelihood",
) -> tuple[float, float]:
    """Returns the smallest and the largest value, both as float32.

    Raises:
        ValueError: If a value is NaN, infinite or outside [low, high], see `check_images`.
    """
    with np.errstate(over="ignore"):
        value_range = float(np.float32(np.min(array))), float(np.float32(np.max(array)))
    if not np.isfinite(value_range).all():
        raise ValueError(f"`{name}` must be finite, received NaN or infinite values (in float32).")
    check_range(value_range, name, low, high, likelihood)
    return value_range


def check_range(
    value_range: tuple[float, float],
    name: str,
    low: float,
    high: float,
    likelihood: str = "the likelihood",
) -> None:
    """Raises `ValueError` unless `value_range` lies in [low, high], see `check_images`."""
    smallest, largest = value_range
    if low <= smallest and largest <= high:
        return
    is_bytes = (low, high) == (0, 1) and smallest >= 0 and largest <= 255
    raise ValueError(
        f"`{name}` must lie in [{low:g}, {high:g}], the support of {likelihood}, received values "
        f"from {smallest:g} to {largest:g}. "
        f"{'Divide 0-255 images by 255, or choose' if is_bytes else 'Choose'} a likelihood with "
        'another support, such as Gaussian(support="real").'
    )


def note_value_range(dataset: tf.data.Dataset, low: float, high: float) -> tf.data.Dataset:
    """Notes on `dataset` that all its images are finite and lie in [low, high]."""
    setattr(dataset, _RANGE_ATTRIBUTE, (low, high))
    return dataset


def known_value_range(dataset: tf.data.Dataset) -> tuple[float, float] | None:
    """Returns what `note_value_range` noted on this very data set, `None` if it did not."""
    return getattr(dataset, _RANGE_ATTRIBUTE, None)


def check_positive_int(value: Any, name: str) -> int:
    """Returns `value` if it is an integer of at least 1, raises `ValueError` otherwise."""
    return _check_int(value, name, minimum=1)


def check_natural(value: Any, name: str) -> int:
    """Returns `value` if it is an integer of at least 0, raises `ValueError` otherwise."""
    return _check_int(value, name, minimum=0)


def _check_int(value: Any, name: str, minimum: int) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < minimum:
        raise ValueError(f"`{name}` must be an integer of at least {minimum}, received {value!r}.")
    return int(value)


def check_non_negative(value: Any, name: str) -> float:
    """Returns `value` if it is a finite number of at least 0, raises `ValueError` otherwise."""
    return _check_number(value, name, math.inf, "a finite number of at least 0")


def check_share(value: Any, name: str) -> float:
    """Returns `value` if it is a number in [0, 1), raises `ValueError` otherwise."""
    return _check_number(value, name, 1.0, "a number in [0, 1)")


def _check_number(value: Any, name: str, below: float, wanted: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) < below:
        raise ValueError(f"`{name}` must be {wanted}, received {value!r}.")
    return float(value)


def check_choice(value: Any, name: str, choices: Sequence[str]) -> str:
    """Returns `value` if it is one of `choices`, raises `ValueError` otherwise."""
    if value not in choices:
        raise ValueError(f"`{name}` must be one of {', '.join(choices)}, received {value!r}.")
    return str(value)


def check_choices(values: Any, name: str, choices: Sequence[str]) -> tuple[str, ...]:
    """Returns `values` as a tuple if each is one of `choices`, raises `ValueError` otherwise."""
    if isinstance(values, str):
        raise ValueError(f"`{name}` must be a sequence of names, received the string {values!r}.")
    return tuple(check_choice(value, name, choices) for value in values)


def check_labels(labels: Any, name: str, num_classes: int | None = None) -> np.ndarray:
    """Returns `labels` as an integer array `(n,)`, n at least 1.

    Raises:
        ValueError: If the shape or the dtype is another, or a label is not in [0, num_classes).
    """
    array = np.asarray(labels)
    if array.ndim != 1 or array.size == 0 or array.dtype.kind not in "iu":
        raise ValueError(
            f"`{name}` must be integers of shape (n,) with n >= 1, "
            f"received {array.dtype} of shape {array.shape}."
        )
    if num_classes is not None and not 0 <= array.min() <= array.max() < num_classes:
        raise ValueError(
            f"`{name}` must lie in [0, {num_classes}), "
            f"received values from {array.min()} to {array.max()}."
        )
    return array
