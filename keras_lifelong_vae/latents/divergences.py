"""Exact KL divergences between diagonal Gaussians and between categoricals."""

from typing import Any

import tensorflow as tf

from keras_lifelong_vae import distributions as tfd
from keras_lifelong_vae import finite
from keras_lifelong_vae.types import GaussianParameters, Tensor


def gaussian_kl(first: GaussianParameters, second: GaussianParameters) -> Tensor:
    """KL(N(first) || N(second)) of diagonal Gaussians.

        1/2 sum_i [ log(v2_i / v1_i) + (v1_i + (m1_i - m2_i)^2) / v2_i - 1 ]

    Args:
        first: `loc` and `log_var`, each `(batch_size, latent_dim)`.
        second: The same; broadcast against `first`.

    Returns:
        Nats per example, `(batch_size,)`; float32 at least, and finite: see `normal`.
    """
    return tf.reduce_sum(tfd.kl_divergence(normal(first), normal(second)), axis=-1)


def gaussian_kl_to_standard(posterior: GaussianParameters) -> Tensor:
    """KL(N(loc, exp(log_var)) || N(0, I)), nats per example, `(batch_size,)`."""
    zeros = tf.zeros_like(posterior.loc)
    return gaussian_kl(posterior, GaussianParameters(zeros, zeros))


def categorical_kl(first_logits: Tensor, second_logits: Tensor) -> Tensor:
    """KL(Cat(first) || Cat(second)) of plain categoricals, never of their relaxation.

        sum_k p1_k (log p1_k - log p2_k),    0 log 0 = 0

    A category that `first` gives probability 0 contributes 0, whatever `second` says: the
    teacher of fewer categories has a finite divergence to a student of more.

    Args:
        first_logits: `(batch_size, num_categories)`; a very low finite logit is probability 0.
        second_logits: The same; broadcast against `first_logits`.

    Returns:
        Nats per example, `(batch_size,)`.
    """
    return tfd.kl_divergence(
        tfd.Categorical(logits=finite.wide(first_logits)),
        tfd.Categorical(logits=finite.wide(second_logits)),
    )


def gaussian_log_prob(z: Tensor, parameters: GaussianParameters) -> Tensor:
    """log N(z; loc, diag(exp(log_var))), nats, summed over the last axis."""
    return tf.reduce_sum(normal(parameters).log_prob(finite.location(z)), axis=-1)


def normal(parameters: GaussianParameters) -> Any:
    """The TFP distribution of independent normal values, held where its KLs can be computed."""
    return tfd.Normal(finite.location(parameters.loc), finite.scale(0.5 * parameters.log_var))
