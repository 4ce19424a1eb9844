"""What the train, validation and test images of a task have in common."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
import tensorflow as tf


class Split(Protocol):
    """Images of one task for one use: anything that makes batches of them."""

    @property
    def event_shape(self) -> tuple[int, ...]:
        """Shape of one image."""

    @property
    def num_images(self) -> int | None:
        """Number of images, `None` if unknown."""

    @property
    def num_batches(self) -> int | None:
        """Number of batches in an epoch, `None` if unknown."""

    @property
    def value_range(self) -> tuple[float, float] | None:
        """An interval that holds all values, which are finite; `None` if nobody checked them."""

    @property
    def labels(self) -> np.ndarray | None:
        """The class of each image, in order and never seen in training; `None` if unknown."""

    def batches(self) -> tf.data.Dataset:
        """Return a new data set of float32 batches `(batch, *event_shape)`."""


def joint_range(splits: Iterable[Split]) -> tuple[float, float] | None:
    """An interval that holds the values of all `splits`, `None` if one is unknown."""
    ranges = [split.value_range for split in splits]
    known = [value_range for value_range in ranges if value_range is not None]
    if len(known) < len(ranges):
        return None
    return min(low for low, _ in known), max(high for _, high in known)


def joint_labels(splits: Sequence[Split]) -> np.ndarray | None:
    """The classes of all images of `splits` in order, `None` if some are unknown."""
    labels = [split.labels for split in splits if split.labels is not None]
    return np.concatenate(labels) if len(labels) == len(splits) else None
