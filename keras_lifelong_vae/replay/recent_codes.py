"""The latent codes of the last real images, kept while their task is learned."""

from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae.replay.ring import Ring
from keras_lifelong_vae.types import Tensor


class Codes(NamedTuple):
    """What is remembered of images, and of which.

    Attributes:
        continuous: z_c ~ q(z_c | x), `(n, latent_dim)`.
        category_probs: Of q(z_d | x), `(n, capacity)`.
        statistics: Other numbers of each image, `(n, num_statistics)`.
        is_real: Which images are real ones of the present task, bool `(n,)`.
    """

    continuous: Tensor
    category_probs: Tensor
    statistics: Tensor
    is_real: Tensor


class RecentCodes(keras.layers.Layer):
    """The last `size` codes of real images.

    Codes, not images; emptied at each rollover.

    Args:
        size: How many codes there is room for.
        latent_dim: Number of dimensions of z_c.
        capacity: Number of categories there is room for.
        num_statistics: How many other numbers there are to an image.
    """

    def __init__(
        self, size: int, latent_dim: int, capacity: int, num_statistics: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.size = size
        self.latent_dim = latent_dim
        self.capacity = capacity
        self.num_statistics = num_statistics
        self.ring = Ring(size, (latent_dim + num_statistics + capacity,), name="ring")
        self.built = True

    def remember(self, codes: Codes) -> None:
        """Remembers the rows of a batch that are real."""
        # The categories come last, for there may be more of them.
        row = [codes.continuous, codes.statistics, codes.category_probs]
        self.ring.remember(tf.concat(row, axis=1), codes.is_real)

    def collect(self) -> Codes:
        """What is remembered."""
        rows = self.ring.collect()
        ends = [self.latent_dim, self.latent_dim + self.num_statistics]
        continuous, statistics, probs = np.split(rows, ends, axis=1)
        return Codes(continuous, probs, statistics, np.ones(len(rows), bool))

    def grow(self, capacity: int) -> None:
        """Makes room for more categories."""
        self.ring.widen(capacity - self.capacity)
        self.capacity = capacity

    def forget(self) -> None:
        """Empties the ring."""
        self.ring.forget()
