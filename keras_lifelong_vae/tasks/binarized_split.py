"""A split with black and white pixels, drawn from the grey levels of another."""

from dataclasses import dataclass
from math import prod

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.tasks.seeds import random_integers
from keras_lifelong_vae.tasks.split import Split

_NUMBERS_PER_COUNT = 4  # Philox makes four 32-bit numbers of every counter
_PHILOX = 1
_RULE = "Binarising needs pixels in [0, 1]"


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

    @property
    def event_shape(self) -> tuple[int, ...]:
        return self.base.event_shape

    @property
    def num_images(self) -> int | None:
        return self.base.num_images

    @property
    def num_batches(self) -> int | None:
        return self.base.num_batches

    @property
    def value_range(self) -> tuple[float, float]:
        return 0.0, 1.0

    @property
    def labels(self) -> np.ndarray | None:
        return self.base.labels

    def batches(self) -> tf.data.Dataset:
        batches = self.base.batches()
        if self.dynamic:
            draws = random_integers(self.seed)
            batches = tf.data.Dataset.zip((batches, draws))
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
