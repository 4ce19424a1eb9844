"""A split that is the user's own `tf.data` pipeline."""

from dataclasses import dataclass
from typing import Any

import tensorflow as tf


@dataclass(frozen=True, eq=False)
class DatasetSplit:
    """Image batches of a `tf.data.Dataset` of images or `(images, ...)`.

    Args:
        source: The user's data set; its shuffling and batching are kept.
        event_shape: Shape of one image.
        num_images: Number of images, `None` if nobody counted them.
        num_batches: Number of batches, `None` if nobody counted them.
        is_checked: Whether a pass found every value to be finite and in [0, 1].
    """

    source: tf.data.Dataset
    event_shape: tuple[int, ...]
    num_images: int | None
    num_batches: int | None
    is_checked: bool

    def batches(self) -> tf.data.Dataset:
        batches = self.source.map(images_of)
        if self.num_batches is None or int(batches.cardinality()) == self.num_batches:
            return batches
        return batches.apply(tf.data.experimental.assert_cardinality(self.num_batches))


def images_of(images: tf.Tensor, *rest: Any) -> tf.Tensor:
    """Return the images of one element `images` or `(images, labels, ...)` as float32."""
    return tf.cast(images, tf.float32)
