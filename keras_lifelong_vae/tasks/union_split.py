"""A split of the images of several."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.tasks.array_split import ArraySplit, without_rewriting
from keras_lifelong_vae.tasks.random_datasets import shuffled_range


@dataclass(frozen=True, eq=False)
class UnionSplit:
    """The images of `parts`, in order or shuffled together.

    Args:
        parts: At least one split, all of one event shape.
        batch_size: Number of images in a batch.
        shuffle_seed: As in `ArraySplit`.
        batches_per_epoch: In training, with how many batches an epoch ends; all images if `None`.
    """

    parts: Sequence[ArraySplit]
    batch_size: int
    shuffle_seed: int | None = None
    batches_per_epoch: int | None = None
    is_checked: bool = True

    @property
    def event_shape(self) -> tuple[int, ...]:
        return self.parts[0].event_shape

    @property
    def num_images(self) -> int:
        return sum(part.num_images for part in self.parts)

    @property
    def num_batches(self) -> int:
        if self.shuffle_seed is None:
            return -(-self.num_images // self.batch_size)
        return self.batches_per_epoch or max(self.num_images // self.batch_size, 1)

    def batches(self) -> tf.data.Dataset:
        if self.shuffle_seed is None:
            positions = tf.data.Dataset.range(self.num_images).batch(self.batch_size)
        else:
            positions = shuffled_range(self.num_images, self.shuffle_seed)
            size = min(self.batch_size, self.num_images)
            positions = positions.batch(size, drop_remainder=True).take(self.num_batches)
        return positions.map(self._gather).with_options(without_rewriting())

    def _gather(self, positions: tf.Tensor) -> tf.Tensor:
        begins = np.cumsum([0, *(part.num_images for part in self.parts)])[:-1]
        owner = tf.searchsorted(begins, positions, side="right", out_type=tf.int32) - 1
        order = tf.range(tf.size(positions))
        number = len(self.parts)
        wanted = tf.dynamic_partition(positions - tf.gather(begins, owner), owner, number)
        images = [part.gather(rows) for part, rows in zip(self.parts, wanted, strict=True)]
        merged = tf.dynamic_stitch(tf.dynamic_partition(order, owner, number), images)
        return tf.ensure_shape(merged, (positions.shape[0], *self.event_shape))
