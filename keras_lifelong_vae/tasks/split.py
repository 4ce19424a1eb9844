"""What the train, validation and test images of a task have in common, and binarised ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from operator import attrgetter
from typing import Protocol

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.tasks.seeds import random_integers

_NUMBERS_PER_COUNT = 4  # Philox makes four 32-bit numbers of every counter
_PHILOX = 1
_RULE = "Binarising needs pixels in [0, 1]"


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


@dataclass(frozen=True, eq=False)
class BinarizedSplit:
    """x ~ Bernoulli(pixel); raises `ValueError` if pixels of `base` are known to be outside [0, 1].

    If `dynamic`, every batch of every epoch draws afresh; otherwise image number i of the split has
    the same noise every time, whatever the batch size.
    """

    base: Split
    seed: int
    dynamic: bool

    def __post_init__(self) -> None:
        low, high = self.base.value_range or (0.0, 1.0)
        if low < 0.0 or high > 1.0:
            raise ValueError(f"{_RULE}, received values from {low:g} to {high:g}.")

    event_shape = property(attrgetter("base.event_shape"))
    num_images = property(attrgetter("base.num_images"))
    num_batches = property(attrgetter("base.num_batches"))
    value_range = property(lambda self: (0.0, 1.0))
    labels = property(attrgetter("base.labels"))
    pixel_order = property(lambda self: getattr(self.base, "pixel_order", None))

    def batches(self) -> tf.data.Dataset:
        batches = self.base.batches()
        if self.dynamic:
            batches = tf.data.Dataset.zip((batches, random_integers(self.seed)))
            return batches.map(lambda pixels, draw: self._binarize(pixels, 0, draw))
        batches = batches.scan(tf.zeros((), tf.int64), _with_position)
        return batches.map(lambda pixels, position: self._binarize(pixels, position, 0))

    def _binarize(
        self, pixels: tf.Tensor, position: tf.Tensor | int, draw: tf.Tensor | int
    ) -> tf.Tensor:
        """1 where uniform noise is below the pixel, else 0."""
        checks = []
        if self.base.value_range is None:
            checks = [
                tf.debugging.assert_greater_equal(pixels, 0.0, _RULE),
                tf.debugging.assert_less_equal(pixels, 1.0, _RULE),
            ]
        # Philox is a function of (seed, counter). Every image takes the same number of counters, so
        # its noise follows from its position in the split and not from the batch it comes in.
        num_pixels = prod(self.event_shape)
        counts = -(-num_pixels // _NUMBERS_PER_COUNT)
        with tf.control_dependencies(checks):
            noise = tf.raw_ops.StatelessRandomUniformV2(
                shape=[tf.shape(pixels)[0], counts * _NUMBERS_PER_COUNT],
                key=tf.constant([self.seed], tf.uint64),
                counter=tf.cast(tf.stack([position * counts, draw]), tf.uint64),
                alg=_PHILOX,
            )
        noise = tf.reshape(noise[:, :num_pixels], tf.shape(pixels))
        return tf.ensure_shape(tf.cast(noise < pixels, tf.float32), pixels.shape)


def _with_position(position: tf.Tensor, pixels: tf.Tensor) -> tuple[tf.Tensor, tuple]:
    """A batch with the number of images before it."""
    return position + tf.shape(pixels, out_type=tf.int64)[0], (pixels, position)


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
