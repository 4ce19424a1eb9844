"""Checks of what the user passes in: one error that names the argument, the rule and the value."""

import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

_checked_datasets: "weakref.WeakSet[tf.data.Dataset]" = weakref.WeakSet()


def check_images(images: Any, name: str, event_shape: Sequence[int] | None = None) -> np.ndarray:
    """Checks that `images` is a float array `(n, *event_shape)` of finite values in [0, 1].

    Args:
        images: Array or tensor to look at.
        name: How the caller calls it, for the message.
        event_shape: Shape of one image; anything with at least one axis if `None`.

    Returns:
        The images as a numpy array.

    Raises:
        TypeError: If the values are not floating-point numbers.
        ValueError: If the shape is wrong, there is no image, or a value is NaN, infinite or
            outside [0, 1].
    """
    array = np.asarray(images)
    if not np.issubdtype(array.dtype, np.floating):
        raise TypeError(
            f"`{name}` must hold floating-point values in [0, 1], received dtype {array.dtype}. "
            f"Convert 0-255 images with `{name}.astype('float32') / 255`."
        )
    check_image_shape(array.shape, name, event_shape)
    if array.shape[0] == 0:
        raise ValueError(f"`{name}` must hold at least one image, received shape {array.shape}.")
    check_values(array, name)
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


def check_values(array: np.ndarray, name: str) -> None:
    """Raises `ValueError` if a value is NaN, infinite or outside [0, 1]."""
    low, high = float(np.min(array)), float(np.max(array))
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError(f"`{name}` must be finite, received NaN or infinite values.")
    if low < 0.0 or high > 1.0:
        raise ValueError(
            f"`{name}` must lie in [0, 1], received values from {low:g} to {high:g}. "
            "Divide 0-255 images by 255."
        )


def mark_checked(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Notes that every image of `dataset` passed `check_images`, so that nobody looks again."""
    _checked_datasets.add(dataset)
    return dataset


def is_checked(dataset: tf.data.Dataset) -> bool:
    """Whether `mark_checked` saw this very data set."""
    return dataset in _checked_datasets


def check_positive_int(value: Any, name: str) -> int:
    """Returns `value` if it is an integer of at least 1, raises `ValueError` otherwise."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"`{name}` must be an integer of at least 1, received {value!r}.")
    return int(value)


def check_non_negative(value: Any, name: str) -> float:
    """Returns `value` if it is a finite number of at least 0, raises `ValueError` otherwise."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < np.inf:
        raise ValueError(f"`{name}` must be a finite number of at least 0, received {value!r}.")
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


def check_share(value: Any, name: str) -> float:
    """Returns `value` if it is a number in [0, 1), raises `ValueError` otherwise."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1:
        raise ValueError(f"`{name}` must be a number in [0, 1), received {value!r}.")
    return float(value)


def check_labels(labels: Any, name: str, num_classes: int | None = None) -> np.ndarray:
    """Checks that `labels` is a vector of integers, `(n,)`, n at least 1.

    Args:
        labels: Array or sequence to look at.
        name: How the caller calls it, for the message.
        num_classes: If given, labels must lie in [0, num_classes).

    Returns:
        The labels as a numpy array.

    Raises:
        ValueError: If the shape or the dtype is another, or a label is out of range.
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
