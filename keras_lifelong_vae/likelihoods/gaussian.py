"""Gaussian likelihood with a learned scale."""

from typing import Any

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from keras_lifelong_vae.likelihoods.likelihood import Likelihood
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import Tensor

tfd = tfp.distributions

MIN_SCALE = 1e-3  # below a grey level: a density must not be gained from constant pixels alone


@register
class Gaussian(Likelihood):
    """Independent Gaussians with one learned scale per channel.

        p(x | z) = N(x; sigmoid(decoded), scale^2),    scale = MIN_SCALE + exp(log_scale)

    A density, not a probability: -ELBO in nats can be negative, and is comparable only with
    other densities on values in [0, 1].

    Args:
        initial_scale: Where the learned scale starts.

    Reference: Rybkin et al., "Simple and Effective VAE Training with Calibrated Decoders", 2021.
    """

    def __init__(self, initial_scale: float = 0.1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not initial_scale > MIN_SCALE:
            raise ValueError(
                f"`initial_scale` must be greater than {MIN_SCALE}, received {initial_scale!r}."
            )
        self.initial_scale = initial_scale

    def build(self, decoded_shape: Any) -> None:
        self.log_scale = self.add_weight(
            shape=(decoded_shape[-1],),
            initializer=keras.initializers.Constant(
                float(keras.ops.log(self.initial_scale - MIN_SCALE))
            ),
            name="log_scale",
        )

    def distribution(self, decoded: Tensor) -> Any:
        """The distribution of the image, its batch shape `(batch_size,)`."""
        scale = MIN_SCALE + tf.exp(tf.convert_to_tensor(self.log_scale))
        return tfd.Independent(tfd.Normal(self.mean(decoded), scale), len(decoded.shape) - 1)

    def log_prob(self, images: Tensor, decoded: Tensor) -> Tensor:
        return self.distribution(decoded).log_prob(tf.cast(images, self.compute_dtype))

    def mean(self, decoded: Tensor) -> Tensor:
        return tf.sigmoid(tf.cast(decoded, self.compute_dtype))

    def sample(self, decoded: Tensor, seed: Tensor) -> Tensor:
        noisy = self.distribution(decoded).sample(seed=tf.cast(seed, tf.int32))
        return tf.clip_by_value(noisy, 0.0, 1.0)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "initial_scale": self.initial_scale}
