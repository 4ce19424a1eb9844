"""Upper bounds of -log p(x): -ELBO, and the importance-weighted one."""

from collections.abc import Callable

import tensorflow as tf

from keras_lifelong_vae.autoencoder.autoencoder import Autoencoder
from keras_lifelong_vae.types import LatentCode, Posterior, Tensor


def elbo_terms(
    student: Autoencoder, images: Tensor, posterior: Posterior, code: LatentCode
) -> dict[str, Tensor]:
    """-ELBO at a given z and its parts: -log p(x | z) and the KLs to the prior, unscaled.

        -ELBO(x) = -E_q[log p(x | z)] + KL(q(z | x) || p(z))

    Args:
        student: The VAE.
        images: x, `(batch_size, *event_shape)`.
        posterior: q(z | x) of `images`.
        code: z ~ q(z | x), z_d hard.

    Returns:
        `negative_elbo` and what it is the sum of, `reconstruction` and `kl_HEAD` of each head of
        the latent, nats per image, each `(batch_size,)`.

    Reference: Kingma and Welling, "Auto-Encoding Variational Bayes", 2014, equation 3.
    """
    log_likelihood = student.likelihood.log_prob(images, student.parameters(code))
    kls = student.latent.kl_to_prior(posterior, code)
    parts = {"reconstruction": -log_likelihood, **{f"kl_{name}": kl for name, kl in kls.items()}}
    # Stacked, for `tf.add_n` is taken together with other sums, in an order left to chance.
    return {"negative_elbo": tf.reduce_sum(tf.stack(list(parts.values())), axis=0), **parts}


def importance_weighted_bound(
    student: Autoencoder,
    images: Tensor,
    num_samples: int,
    seed: Tensor,
    log_prior: Callable[[LatentCode], Tensor] | None = None,
) -> Tensor:
    """-log 1/S sum_s p(x | z_s) p(z_s) / q(z_s | x), with z_s ~ q(z | x) and z_d hard.

    Args:
        student: The VAE.
        images: x, `(batch_size, *event_shape)`.
        num_samples: S.
        seed: Of the batch.
        log_prior: log p(z), `(n,)`, of a prior in the place of the latent's own.

    Returns:
        Nats per image, `(batch_size,)`; an upper bound of -log p(x) in expectation that falls
        with S.

    Reference: Burda et al., "Importance Weighted Autoencoders", 2016, equation 8.
    """
    posterior = student.posterior(images)  # q(z | x)
    repeated = tf.nest.map_structure(lambda one: tf.repeat(one, num_samples, axis=0), posterior)
    code = student.latent.sample(repeated, seed)  # z_s ~ q(z | x)
    log_likelihood = student.likelihood.log_prob(
        tf.repeat(images, num_samples, axis=0), student.parameters(code)
    )
    log_weight = log_likelihood + student.latent.log_ratio(code, repeated)
    if log_prior is not None:
        log_weight += log_prior(code) - student.latent.log_prior(code)
    log_weight = tf.reshape(log_weight, (-1, num_samples))
    number = tf.cast(num_samples, log_weight.dtype)
    return tf.math.log(number) - tf.reduce_logsumexp(log_weight, axis=1)
