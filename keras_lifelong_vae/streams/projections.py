"""A few numbers of an image that no training changes."""

import math
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.types import Tensor

NUM_PROJECTIONS = 32


class Projections:
    """Fixed random projections of images; of small events all values instead.

    What a model says of an image changes while it learns. These numbers do not, so that batches of
    one task are alike from its first step to its last, and a change in them is one of the images.

    Args:
        event_shape: Shape of one image.

    Reference: Johnson and Lindenstrauss, "Extensions of Lipschitz Mappings into a Hilbert Space",
    1984.
    """

    def __init__(self, event_shape: Sequence[int]) -> None:
        self.num_values = math.prod(event_shape)
        self.size = min(self.num_values, NUM_PROJECTIONS)
        # Of all generators of numpy this one promises the same numbers in every version.
        drawn = np.random.RandomState(0).standard_normal((self.num_values, self.size))
        matrix = np.eye(self.size) if self.size == self.num_values else drawn
        self._matrix = (matrix / math.sqrt(self.num_values)).astype("float32")

    def __call__(self, images: Tensor) -> Tensor:
        """`(batch_size, size)`, float64."""
        rows = tf.reshape(tf.cast(images, tf.float32), (-1, self.num_values))
        return tf.cast(tf.matmul(rows, self._matrix), tf.float64)
