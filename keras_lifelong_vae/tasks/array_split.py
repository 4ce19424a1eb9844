"""A split whose images lie in memory."""

from dataclasses import dataclass
from math import prod

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.tasks.random_datasets import shuffled_range


@dataclass(frozen=True, eq=False)
class ArraySplit:
    """Rows of an image tensor, batched in order or shuffled.

    Only integers are shuffled and batched; one gather then takes a batch of rows out of the
    tensor, which several splits and tasks may share.

    Args:
        images: Tensor `(n, *event_shape)`, uint8 in 0..255 or floating-point in [0, 1].
        rows: Which images belong to the split, at least one.
        batch_size: Number of images in a batch.
        shuffle_seed: In training, the seed of the order: every epoch has another one, and the
            images that fill no batch are left out if there is a full batch. `None` gives all
            images in the order of `rows`.
        pixel_order: Position in the flattened image that each pixel is taken from; `None` leaves
            the images as they are.
        labels: The class of each row, which training never sees; `None` if nobody knows.
    """

    images: tf.Tensor
    rows: tf.Tensor
    batch_size: int
    shuffle_seed: int | None = None
    pixel_order: tf.Tensor | None = None
    is_checked: bool = True
    labels: np.ndarray | None = None

    @property
    def event_shape(self) -> tuple[int, ...]:
        return tuple(self.images.shape[1:])

    @property
    def num_images(self) -> int:
        return int(self.rows.shape[0])

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
        return positions.map(self.gather).with_options(without_rewriting())

    def gather(self, positions: tf.Tensor) -> tf.Tensor:
        images = tf.gather(self.images, tf.gather(self.rows, positions))
        if self.pixel_order is not None:
            flat = tf.reshape(images, (-1, prod(self.event_shape)))
            flat = tf.gather(flat, self.pixel_order, axis=1)
            images = tf.ensure_shape(tf.reshape(flat, tf.shape(images)), images.shape)
        if images.dtype == tf.uint8:
            return tf.cast(images, tf.float32) / 255.0
        return tf.cast(images, tf.float32)


def without_rewriting() -> tf.data.Options:
    """Keep the pipeline as it is written.

    To rewrite it, TensorFlow would copy the captured images for every task at every `iter`: a
    gigabyte for twenty permutations of MNIST, to win nothing.
    """
    options = tf.data.Options()
    options.experimental_optimization.apply_default_optimizations = False
    return options


def image_tensor(images: np.ndarray) -> tf.Tensor:
    """Return a copy of `images` on the CPU: later edits to the array do not reach it.

    Floating-point numbers wider than 32 bits are narrowed, as that is what training uses.
    """
    dtype = images.dtype if images.dtype in (np.uint8, np.float16) else np.float32
    with tf.device("CPU:0"):
        return tf.constant(images, dtype=dtype)


def index_tensor(indices: np.ndarray) -> tf.Tensor:
    """Return a copy of `indices` on the CPU."""
    with tf.device("CPU:0"):
        return tf.constant(indices, dtype=tf.int64)
