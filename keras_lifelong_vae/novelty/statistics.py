"""The few numbers by which an image is compared with what was learned."""

import tensorflow as tf

from keras_lifelong_vae import finite
from keras_lifelong_vae.likelihoods import Likelihood
from keras_lifelong_vae.types import Posterior, Tensor

# After the mean of q(z_c | x), in this order.
DEVIANCE, BRIGHTNESS, VARIATION = -3, -2, -1
MOST = 1e18  # whose square is finite


def num_statistics(latent_dim: int) -> int:
    """How many numbers there are to an image."""
    return latent_dim + 3


def image_statistics(
    likelihood: Likelihood, images: Tensor, posterior: Posterior, log_prob: Tensor
) -> Tensor:
    """What an image looks like to the model, and without it.

        t(x) = [ m(x),  asinh D(x),  asinh sum_i x_i,  asinh V(x) ]
        D(x) = max_y log p(x | y) - log p(x | z)

    m is the mean of q(z_c | x). The deviance D is what the likelihood loses by decoding z in the
    place of what would suit x best: log p(x | z) without it says how much grey there is in an image
    rather than how well it is known. The sum is the brightness of x and V its total variation: what
    is too dark or too simple is well decoded by whatever was learned. asinh is a logarithm of large
    numbers, of either sign.

    Args:
        likelihood: p(x | z).
        images: x, `(batch_size, *event_shape)`.
        posterior: q(z | x) of `images`.
        log_prob: log p(x | z) at z ~ q(z | x), nats, `(batch_size,)`.

    Returns:
        `(batch_size, latent_dim + 3)`, float32.

    References: Morningstar et al., "Density of States Estimation for Out-of-Distribution
    Detection", 2021 (several statistics of a model, and their density); Serra et al., "Input
    Complexity and Out-of-Distribution Detection with Likelihood-based Generative Models", 2020.
    """
    deviance = likelihood.saturated_log_prob(images) - finite.wide(log_prob)
    loc = tf.cast(finite.location(posterior.gaussian.loc), tf.float32)
    values = tf.cast(likelihood.normalize(images), tf.float32)
    deviance = tf.where(tf.math.is_nan(deviance), MOST, tf.maximum(deviance, 0.0))  # inf - inf
    own = (deviance, _sum(values), total_variation(values))
    return tf.concat([loc, *map(_log, own)], axis=1)


def total_variation(values: Tensor) -> Tensor:
    """sum |x_i - x_j| over neighbours i, j along all axes but the last, which is of channels.

    Of vectors sum |x_i|: their values have no neighbours. `(batch_size,)`.

    Reference: Rudin et al., "Nonlinear Total Variation Based Noise Removal Algorithms", 1992.
    """
    rank = len(values.shape)
    if rank == 2:
        return _sum(tf.abs(values))
    parts = []
    for axis in range(1, rank - 1):
        size = values.shape[axis]
        later = tf.split(values, [1, size - 1], axis)[1]
        earlier = tf.split(values, [size - 1, 1], axis)[0]
        parts.append(_sum(tf.abs(later - earlier)))
    return tf.add_n(parts)


def _sum(values: Tensor) -> Tensor:
    return tf.reduce_sum(values, axis=list(range(1, len(values.shape))))


def _log(numbers: Tensor) -> Tensor:
    return tf.asinh(tf.clip_by_value(tf.cast(numbers, tf.float32), -MOST, MOST))[:, None]
