"""The last rows that were seen, in a fixed amount of memory."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae.growing_weights import GrowingWeights
from keras_lifelong_vae.types import Tensor
from keras_lifelong_vae.variables import number_in


class Ring(GrowingWeights):
    """Keeps the last `size` rows.

    Args:
        size: How many rows there is room for.
        row_shape: Shape of one row.
    """

    rows: keras.Variable
    count: keras.Variable

    def __init__(self, size: int, row_shape: Sequence[int], **kwargs: Any) -> None:
        rows = np.zeros((size + 1, *row_shape), "float32")
        values = {"rows": rows, "count": np.zeros((), "int32")}
        super().__init__(values, trainable=False, dtype="float32", **kwargs)
        self.size = size

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
        return self.rows.numpy()[: min(number_in(self.count), self.size)]

    def widen(self, added: int) -> None:
        """Makes each row, which must be a vector, longer by `added` zeros."""
        self.replace({"rows": np.pad(self.rows.numpy(), ((0, 0), (0, added)))})

    def forget(self) -> None:
        """Empties the ring."""
        self.rows.assign(tf.zeros_like(self.rows))
        self.count.assign(0)
