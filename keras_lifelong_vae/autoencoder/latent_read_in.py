"""The first linear map of the decoder, which reads the latent code."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae.growing_weights import GrowingWeights
from keras_lifelong_vae.types import LatentCode, Tensor


class LatentReadIn(keras.layers.Layer):
    """h = W_c z_c + W_d z_d + b: the dense layer on [z_c, z_d] with room for more categories.

    It stands between the latent code and the decoder network, so that any network that takes a
    vector can be a decoder and no network has to change when there are more categories.

    Args:
        units: Width of h, the input of the decoder network.
        latent_dim: Number of dimensions of z_c.
        capacity: Number of categories there is room for; 0 for a latent without z_d.
        kernel_initializer: Initializer of W_c and W_d.

    Call arguments:
        code: z.

    Returns:
        h, `(batch_size, units)`.
    """

    def __init__(
        self, units: int, latent_dim: int, capacity: int, kernel_initializer: Any, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.kernel_initializer = kernel_initializer
        # Both kernels start at the scale of one dense layer on the concatenated code.
        kernel = np.asarray(kernel_initializer((latent_dim + capacity, units)))
        values = {"kernel": kernel[:latent_dim], "bias": np.zeros(units, kernel.dtype)}
        self.continuous = GrowingWeights(values, dtype=self.dtype_policy, name="continuous")
        values = {"kernel": kernel[latent_dim:]} if capacity else {}
        self.discrete = GrowingWeights(values, dtype=self.dtype_policy, name="discrete")
        self.built = True

    def grow(self, capacity: int) -> None:
        """Makes room for `capacity` categories; what was learned stays where it is."""
        kernel = self.discrete.kernel.numpy()
        rows = np.asarray(self.kernel_initializer((capacity, kernel.shape[1])))
        self.discrete.replace({"kernel": np.concatenate([kernel, rows[len(kernel) :]])})

    def call(self, code: LatentCode) -> Tensor:
        h = self._product(code.continuous, self.continuous.kernel)
        if self.discrete.names:
            h += self._product(code.discrete, self.discrete.kernel)
        return h + tf.cast(tf.convert_to_tensor(self.continuous.bias), h.dtype)

    def _product(self, values: Tensor, kernel: keras.Variable) -> Tensor:
        kernel = tf.cast(tf.convert_to_tensor(kernel), self.compute_dtype)
        return tf.matmul(tf.cast(values, self.compute_dtype), kernel)
