"""The last rows that were seen, in a fixed amount of memory."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae.layers.growth import replace_weight
from keras_lifelong_vae.types import Tensor


class Ring(keras.layers.Layer):
    """Keeps the last `size` rows.

    Args:
        size: How many rows there is room for.
        row_shape: Shape of one row.
    """

    def __init__(self, size: int, row_shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.size = size
        self.build(tuple(row_shape))

    def build(self, input_shape: Any) -> None:
        self.rows = self.add_weight(
            shape=(self.size + 1, *input_shape), initializer="zeros", trainable=False, name="rows"
        )
        self.count = self.add_weight(
            shape=(), dtype="int32", initializer="zeros", trainable=False, name="count"
        )
        self.built = True

    def remember(self, rows: Tensor, wanted: Tensor) -> None:
        """Puts the `rows` `(n, *row_shape)` that are `wanted` `(n,)` in the place of the oldest."""
        ordinal = tf.cumsum(tf.cast(wanted, tf.int32), exclusive=True)
        place = (tf.convert_to_tensor(self.count) + ordinal) % self.size
        place = tf.where(wanted, place, self.size)  # one more row, for what isn't wanted
        kept = tf.convert_to_tensor(self.rows)
        self.rows.assign(tf.tensor_scatter_nd_update(kept, place[:, None], rows))
        self.count.assign_add(tf.reduce_sum(tf.cast(wanted, tf.int32)))

    def collect(self) -> np.ndarray:
        """What is remembered, `(n, *row_shape)`."""
        return self.rows.numpy()[: min(int(self.count), self.size)]

    def widen(self, added: int) -> None:
        """Makes each row, which must be a vector, longer by `added` zeros."""
        replace_weight(self, "rows", np.pad(self.rows.numpy(), ((0, 0), (0, added))))

    def forget(self) -> None:
        """Empties the ring."""
        self.rows.assign(tf.zeros_like(self.rows))
        self.count.assign(0)
