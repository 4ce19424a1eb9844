"""The few numbers by which an image is compared with what was learned."""

import tensorflow as tf

from keras_lifelong_vae import finite
from keras_lifelong_vae.likelihoods import Likelihood
from keras_lifelong_vae.types import Posterior, Tensor

# After the mean of q(z_c | x), in this order.
DEVIANCE, COMPLEXITY = -2, -1
MOST = 1e30  # nats


def num_statistics(latent_dim: int) -> int:
    """How many numbers there are to an image."""
    return latent_dim + 2


def image_statistics(
    likelihood: Likelihood, images: Tensor, posterior: Posterior, log_prob: Tensor
) -> Tensor:
    """What an image looks like to the model, and without it.

        t(x) = [ m(x),  log(1 + D(x)),  log(1 + H(x)) ]
        D(x) = max_y log p(x | y) - log p(x | z)

    m is the mean of q(z_c | x). The deviance D is what the likelihood loses by decoding z in the
    place of what would suit x best: log p(x | z) without it says how much grey there is in an image
    rather than how well it is known. H is the complexity of x by itself, see
    `Likelihood.complexity`: what is too simple is well reconstructed by whatever was learned.

    Args:
        likelihood: p(x | z).
        images: x, `(batch_size, *event_shape)`.
        posterior: q(z | x) of `images`.
        log_prob: log p(x | z) at z ~ q(z | x), nats, `(batch_size,)`.

    Returns:
        `(batch_size, latent_dim + 2)`, float32.

    References: Morningstar et al., "Density of States Estimation for Out-of-Distribution
    Detection", 2021 (several statistics of a model, and their density); Serra et al., "Input
    Complexity and Out-of-Distribution Detection with Likelihood-based Generative Models", 2020.
    """
    deviance = likelihood.saturated_log_prob(images) - finite.wide(log_prob)
    loc = tf.cast(finite.location(posterior.gaussian.loc), tf.float32)
    return tf.concat([loc, _log(deviance), _log(likelihood.complexity(images))], axis=1)


def _log(nats: Tensor) -> Tensor:
    held = tf.clip_by_value(tf.cast(nats, tf.float32), 0.0, MOST)
    return tf.math.log1p(held)[:, None]
