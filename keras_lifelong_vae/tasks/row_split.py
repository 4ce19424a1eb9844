"""A split whose images can be fetched by their number."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import tensorflow as tf

from keras_lifelong_vae.tasks.seeds import shuffled_range


@dataclass(frozen=True, eq=False, kw_only=True)
class RowSplit(ABC):
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
        return positions.take(self.num_batches).map(self.gather).with_options(_without_rewriting())


def _without_rewriting() -> tf.data.Options:
    """Keep the pipeline as it is written.

    To rewrite it, TensorFlow would copy the captured images for every task at every `iter`: a
    gigabyte for twenty permutations of MNIST, and no faster.
    """
    options = tf.data.Options()
    options.experimental_optimization.apply_default_optimizations = False
    return options
