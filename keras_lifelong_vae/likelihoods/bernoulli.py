"""Bernoulli likelihood, for binarised data and for grey levels."""

from typing import Any

import tensorflow as tf

from keras_lifelong_vae import distributions as tfd
from keras_lifelong_vae import finite
from keras_lifelong_vae.likelihoods.likelihood import Likelihood, entropy
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import Tensor


@register
class Bernoulli(Likelihood):
    """Every value is an independent Bernoulli variable; the decoder gives its logit.

        log p(x | z) = sum_i x_i log m_i + (1 - x_i) log(1 - m_i),    m = sigmoid(parameters)

    On binarised data this is a probability. On grey levels in [0, 1] it is the negative
    cross-entropy, the field's convention: figures are comparable with each other and with
    published ones on grey levels, never with those on binarised data.
    """

    def distribution(self, parameters: Tensor) -> Any:
        logits = finite.wide(tf.cast(parameters, self.compute_dtype))
        values = tfd.Bernoulli(logits=logits, dtype=logits.dtype)
        return tfd.Independent(values, len(logits.shape) - 1)

    def log_prob(self, images: Tensor, parameters: Tensor) -> Tensor:
        logits = finite.wide(tf.cast(parameters, self.compute_dtype))
        labels = tf.cast(images, logits.dtype)
        cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
        return -tf.reduce_sum(cross_entropy, axis=list(range(1, len(labels.shape))))

    def drawn_around(
        self, means: Tensor, other: Likelihood, seed: Tensor
    ) -> tuple[Tensor, Tensor | float]:
        return means, 0.0  # log p(x | z) is linear in x

    def saturated_log_prob(self, images: Tensor) -> Tensor:
        return -entropy(tf.cast(images, self.wide_dtype))
