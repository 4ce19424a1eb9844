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
        """See `Likelihood`; faster than by `distribution`, for differences of CDFs are products.

            F(k + 1/2) - F(k - 1/2) = sigmoid(a) sigmoid(-b) (1 - exp(-1 / scale)),

        a and b the standardised ends of the level, 1 / scale apart.
        """
        levels = tf.round(MAX_LEVEL * tf.cast(images, self.wide_dtype))
        scale = finite.scale(self.log_scale)
        offset = levels - MAX_LEVEL * finite.wide(self.mean(parameters))
        has_end, has_begin = levels < MAX_LEVEL, levels > 0.0
        up_to_end = tf.where(has_end, tf.nn.softplus(-(offset + 0.5) / scale), 0.0)
        from_begin = tf.where(has_begin, tf.nn.softplus((offset - 0.5) / scale), 0.0)
        width = tf.math.log(-tf.math.expm1(-1.0 / scale))
        each = tf.where(has_begin & has_end, width, 0.0) - up_to_end - from_begin
        return tf.reduce_sum(each, axis=range(1, len(parameters.shape)))

    def sample(self, parameters: Tensor, seed: Tensor) -> Tensor:
        return super().sample(parameters, seed) / MAX_LEVEL

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "initial_scale": self.initial_scale}
