"""Splits whose images lie in memory and can be fetched by their number."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import prod

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.tasks.seeds import shuffled_range


@dataclass(frozen=True, eq=False, kw_only=True)
class MemorySplit(ABC):
    """Images that are batched in order or shuffled.

    Only integers are shuffled and batched; `gather` then fetches the images of a batch.

    Args:
        batch_size: Number of images in a batch.
        shuffle_seed: In training, the seed of the order, which differs from epoch to epoch. Images
            that do not fill a batch are left out of that epoch, unless there is no full batch.
            `None` gives all images in order.
    """

    batch_size: int
    shuffle_seed: int | None = None

    @property
    @abstractmethod
    def num_images(self) -> int:
        """Number of images."""

    @abstractmethod
    def gather(self, positions: tf.Tensor) -> tf.Tensor:
        """Return the images with the numbers `positions`, `(batch,)`, as float32."""

    @property
    def num_batches(self) -> int:
        if self.shuffle_seed is not None:
            return max(self.num_images // self.batch_size, 1)
        return -(-self.num_images // self.batch_size)

    def batches(self) -> tf.data.Dataset:
        if self.shuffle_seed is None:
            positions = tf.data.Dataset.range(self.num_images).batch(self.batch_size)
        else:
            positions = shuffled_range(self.num_images, self.shuffle_seed)
            size = min(self.batch_size, self.num_images)
            positions = positions.batch(size, drop_remainder=True)  # one shape: XLA compiles once
        # To rewrite the pipeline, TensorFlow would copy the captured images for every task at every
        # `iter`: a gigabyte for twenty permutations of MNIST, and no faster.
        options = tf.data.Options()
        options.experimental_optimization.apply_default_optimizations = False
        return positions.take(self.num_batches).map(self.gather).with_options(options)


@dataclass(frozen=True, eq=False, kw_only=True)
class ArraySplit(MemorySplit):
    """Rows of an image tensor, which several splits and tasks may share.

    Args:
        images: Tensor `(n, *event_shape)`, uint8 in 0..255 or floating-point.
        rows: Which images belong to the split, at least one.
        value_range: Smallest and largest value of `images`, uint8 divided by 255.
        labels: The class of each row, which training never sees; `None` if unknown.
        pixel_order: Position in the flattened image that each pixel is taken from; `None` leaves
            the images as they are.
    """

    images: tf.Tensor
    rows: tf.Tensor
    value_range: tuple[float, float]
    labels: np.ndarray | None = None
    pixel_order: tf.Tensor | None = None

    @property
    def event_shape(self) -> tuple[int, ...]:
        return tuple(self.images.shape[1:])

    @property
    def num_images(self) -> int:
        return int(self.rows.shape[0])

    def gather(self, positions: tf.Tensor) -> tf.Tensor:
        images = tf.gather(self.images, tf.gather(self.rows, positions))
        if self.pixel_order is not None:
            flat = tf.reshape(images, (-1, prod(self.event_shape)))
            flat = tf.gather(flat, self.pixel_order, axis=1)
            images = tf.ensure_shape(tf.reshape(flat, tf.shape(images)), images.shape)
        scale = 255.0 if images.dtype == tf.uint8 else 1.0
        return tf.cast(images, tf.float32) / scale


def index_tensor(indices: np.ndarray) -> tf.Tensor:
    """Return a copy of `indices` on the CPU."""
    with tf.device("CPU:0"):
        return tf.constant(indices, dtype=tf.int64)
