"""The latent codes of the last real images, kept while their task is learned."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae.layers.growth import replace_weight
from keras_lifelong_vae.types import Tensor


class RecentCodes(keras.layers.Layer):
    """A ring of the last `size` codes: z_c ~ q(z_c | x) and the probabilities of q(z_d | x).

    Codes, not images; emptied at each rollover.

    Args:
        size: How many codes there is room for.
        latent_dim: Number of dimensions of z_c.
        capacity: Number of categories there is room for.
    """

    def __init__(self, size: int, latent_dim: int, capacity: int, **kwargs: Any) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.size = size
        self.latent_dim = latent_dim
        self.build((capacity,))

    def build(self, input_shape: Any) -> None:
        self.codes = self.add_weight(
            shape=(self.size + 1, self.latent_dim + input_shape[0]),
            initializer="zeros",
            trainable=False,
            name="codes",
        )
        self.count = self.add_weight(
            shape=(), dtype="int32", initializer="zeros", trainable=False, name="count"
        )
        self.built = True

    def remember(self, continuous: Tensor, category_probs: Tensor, is_real: Tensor) -> None:
        """Puts the rows of a batch that are real, `(batch_size,)`, in the place of the oldest."""
        rows = tf.concat([continuous, category_probs], axis=1)
        ordinal = tf.cumsum(tf.cast(is_real, tf.int32), exclusive=True)
        place = (tf.convert_to_tensor(self.count) + ordinal) % self.size
        place = tf.where(is_real, place, self.size)  # one more row, for what isn't wanted
        codes = tf.convert_to_tensor(self.codes)
        self.codes.assign(tf.tensor_scatter_nd_update(codes, place[:, None], rows))
        self.count.assign_add(tf.reduce_sum(tf.cast(is_real, tf.int32)))

    def collect(self) -> tuple[np.ndarray, np.ndarray]:
        """What is remembered: z_c `(n, latent_dim)` and probabilities `(n, capacity)`."""
        codes = self.codes.numpy()[: min(int(self.count), self.size)]
        return codes[:, : self.latent_dim], codes[:, self.latent_dim :]

    def grow(self, capacity: int) -> None:
        """Makes room for more categories."""
        codes = self.codes.numpy()
        added = self.latent_dim + capacity - codes.shape[1]
        replace_weight(self, "codes", np.pad(codes, ((0, 0), (0, added))))

    def forget(self) -> None:
        """Empties the ring."""
        self.codes.assign(tf.zeros_like(self.codes))
        self.count.assign(0)
