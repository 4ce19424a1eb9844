"""The importance-weighted bound: sharper than -ELBO, at the price of many samples."""

import tensorflow as tf
import tensorflow_probability as tfp

from keras_lifelong_vae.models.autoencoder import Autoencoder
from keras_lifelong_vae.types import LatentCode, Posterior, Tensor

tfd = tfp.distributions

CODES_AT_ONCE = 16_384


def importance_weighted_bound(
    student: Autoencoder, images: Tensor, num_samples: int, seed: Tensor
) -> Tensor:
    """-log 1/S sum_s p(x | z_s) p(z_s) / q(z_s | x), with z_s ~ q(z | x) and z_d hard.

    Args:
        student: The VAE.
        images: x, `(batch_size, *event_shape)`.
        num_samples: S.
        seed: `(2,)`.

    Returns:
        Nats per image, `(batch_size,)`; an upper bound of -log p(x) in expectation that falls
        with S.

    Reference: Burda et al., "Importance Weighted Autoencoders", 2016, equation 8.
    """
    posterior = student.posterior(images)  # q(z | x)
    repeated = tf.nest.map_structure(lambda one: tf.repeat(one, num_samples, axis=0), posterior)
    code = student.latent.sample(repeated, seed)  # z_s ~ q(z | x)
    decoded = student.decode(code)  # p(x | z_s)
    log_likelihood = student.likelihood.log_prob(tf.repeat(images, num_samples, axis=0), decoded)
    log_weight = log_likelihood + _log_ratio(student, code, repeated)
    log_weight = tf.reshape(log_weight, (-1, num_samples))
    number = tf.cast(num_samples, log_weight.dtype)
    return tf.math.log(number) - tf.reduce_logsumexp(log_weight, axis=1)


def _log_ratio(student: Autoencoder, code: LatentCode, posterior: Posterior) -> Tensor:
    """log p(z) - log q(z | x)."""
    loc, log_var = posterior.gaussian
    index = tf.argmax(code.category, axis=-1)
    prior = tf.broadcast_to(student.latent.categorical.prior_logits(), tf.shape(posterior.logits))
    log_p = tfd.Normal(tf.zeros_like(loc), 1.0).log_prob(code.continuous)
    log_q = tfd.Normal(loc, tf.exp(0.5 * log_var)).log_prob(code.continuous)
    categorical = tfd.Categorical(logits=prior).log_prob(index)
    categorical -= tfd.Categorical(logits=posterior.logits).log_prob(index)
    return tf.reduce_sum(log_p - log_q, axis=-1) + categorical


def images_at_once(num_samples: int, batch_size: int) -> int:
    """How many images to work on together so that memory stays bounded."""
    return max(1, min(batch_size, CODES_AT_ONCE // num_samples))
