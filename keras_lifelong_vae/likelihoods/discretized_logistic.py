"""Discretised logistic likelihood, for colour images of 256 levels."""

import math
from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae import distributions as tfd
from keras_lifelong_vae import finite
from keras_lifelong_vae.likelihoods.likelihood import Likelihood
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import Tensor

MAX_LEVEL = 255.0


@register
class DiscretizedLogistic(Likelihood):
    """Independent logistic variables rounded to the 256 levels 0, 1/255, ..., 1.

        P(x = k/255 | z) = F(k + 1/2) - F(k - 1/2),    F = CDF of Logistic(255 m, 255 scale)

    with m = sigmoid(parameters), the tails gathered in the levels 0 and 255, and one learned scale
    per channel. A probability: -ELBO is never negative, and nats / (ln 2 * number of values)
    are the field's bits per dimension.

    Args:
        initial_scale: Where the learned scale starts, in units of the range [0, 1].

    Reference: Kingma et al., "Improved Variational Inference with Inverse Autoregressive
    Flow", 2016; Salimans et al., "PixelCNN++", 2017.
    """

    def __init__(self, initial_scale: float = 0.1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not initial_scale > 0:
            raise ValueError(f"`initial_scale` must be greater than 0, received {initial_scale!r}.")
        self.initial_scale = initial_scale

    def build(self, input_shape: Any) -> None:
        self.log_scale = self.add_weight(
            shape=(input_shape[-1],),
            initializer=keras.initializers.Constant(math.log(MAX_LEVEL * self.initial_scale)),
            name="log_scale",
        )

    def distribution(self, parameters: Tensor) -> Any:
        """Of the levels 0 ... 255."""
        # Quantizing rounds up, hence the half: level k holds the values in (k - 1/2, k + 1/2].
        loc = MAX_LEVEL * finite.wide(self.mean(parameters)) - 0.5
        scale = finite.scale(self.log_scale)
        levels = tfd.QuantizedDistribution(tfd.Logistic(loc, scale), low=0.0, high=MAX_LEVEL)
        return tfd.Independent(levels, len(parameters.shape) - 1)

    def log_prob(self, images: Tensor, parameters: Tensor) -> Tensor:
        levels = tf.round(MAX_LEVEL * tf.cast(images, self.wide_dtype))
        return super().log_prob(levels, parameters)

    def sample(self, parameters: Tensor, seed: Tensor) -> Tensor:
        return super().sample(parameters, seed) / MAX_LEVEL

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "initial_scale": self.initial_scale}
