"""The first linear map of the decoder, which reads the latent code."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.layers.growth import replace_weight
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import Tensor


@register
class LatentReadIn(keras.layers.Layer):
    """h = W_c z_c + W_d z_d + b: the dense layer on [z_c, z_d] with room for more categories.

    It stands between the latent code and the decoder network, so that any network that takes a
    vector can be a decoder and no network has to change when there are more categories.

    Args:
        units: Width of h, the input of the decoder network.
        capacity: Number of categories there is room for.
        kernel_initializer: Initializer of W_c and W_d.

    Call arguments:
        continuous: z_c, `(batch_size, latent_dim)`.
        category: z_d, `(batch_size, capacity)`, one-hot or relaxed.

    Returns:
        h, `(batch_size, units)`.
    """

    def __init__(
        self, units: int, capacity: int, kernel_initializer: Any = "glorot_uniform", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.units = check_positive_int(units, "units")
        self.capacity = check_positive_int(capacity, "capacity")
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, continuous_shape: Any, category_shape: Any) -> None:
        latent_dim = continuous_shape[-1]
        # Both kernels start at the scale of one dense layer on the concatenated code.
        kernel = np.asarray(self.kernel_initializer((latent_dim + self.capacity, self.units)))
        self.continuous_kernel = self._weight("continuous_kernel", kernel[:latent_dim])
        self.bias = self._weight("bias", np.zeros(self.units, kernel.dtype))
        self.category_kernel = self._weight("category_kernel", kernel[latent_dim:])

    def _weight(self, name: str, value: np.ndarray) -> keras.Variable:
        return self.add_weight(
            shape=value.shape, initializer=lambda *args, **kwargs: value, name=name
        )

    def grow(self, capacity: int) -> None:
        """Makes room for `capacity` categories; what was learned stays where it is."""
        kernel = self.category_kernel.numpy()
        added = capacity - self.capacity
        rows = np.asarray(self.kernel_initializer((capacity, self.units)))[-added:]
        replace_weight(self, "category_kernel", np.concatenate([kernel, rows]))
        self.capacity = capacity

    def call(self, continuous: Tensor, category: Tensor) -> Tensor:
        return (
            tf.matmul(tf.cast(continuous, self.compute_dtype), self.continuous_kernel)
            + tf.matmul(tf.cast(category, self.compute_dtype), self.category_kernel)
            + self.bias
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "capacity": self.capacity,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
