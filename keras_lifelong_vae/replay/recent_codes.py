"""The latent codes of the last real images, kept while their task is learned."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae.replay.ring import Ring
from keras_lifelong_vae.types import Tensor


class RecentCodes(keras.layers.Layer):
    """The last `size` codes: z_c ~ q(z_c | x) and the probabilities of q(z_d | x).

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
        self.capacity = capacity
        self.ring = Ring(size, (latent_dim + capacity,), name="ring")
        self.built = True

    def remember(self, continuous: Tensor, category_probs: Tensor, is_real: Tensor) -> None:
        """Remembers the rows of a batch that are real, `(batch_size,)`."""
        self.ring.remember(tf.concat([continuous, category_probs], axis=1), is_real)

    def collect(self) -> tuple[np.ndarray, np.ndarray]:
        """What is remembered: z_c `(n, latent_dim)` and probabilities `(n, capacity)`."""
        codes = self.ring.collect()
        return codes[:, : self.latent_dim], codes[:, self.latent_dim :]

    def grow(self, capacity: int) -> None:
        """Makes room for more categories."""
        self.ring.widen(capacity - self.capacity)
        self.capacity = capacity

    def forget(self) -> None:
        """Empties the ring."""
        self.ring.forget()
