"""A prior that is learned: where codes lie, in the place of N(0, I)."""

import math

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.latents import Latent
from keras_lifelong_vae.replay.aggregate_posterior import AggregatePosterior
from keras_lifelong_vae.types import Encoding, LatentCode, Tensor

OWN_SHARE = 0.01  # of the latent's own prior, so that no image costs much more than under it


def log_learned_prior(summaries: AggregatePosterior, latent: Latent, code: LatentCode) -> Tensor:
    """log p(z) of the prior that summaries of codes make, nats, `(n,)`.

        p(z) = 0.99 q(z) + 0.01 p_latent(z)

    q is the aggregate posterior, p_latent the prior that the model was trained with. A code where
    no summary is costs ln 100 = 4.6 nats more than under that one, and not more.

    Args:
        summaries: q.
        latent: Of the model.
        code: z, its z_d hard.

    References: Tomczak and Welling, "VAE with a VampPrior", 2018 (the aggregate posterior is the
    best of priors); Ghosh et al., "From Variational to Deterministic Autoencoders", 2020 (one
    fitted after training).
    """
    learned = math.log(1.0 - OWN_SHARE) + summaries.log_prob(code)
    own = math.log(OWN_SHARE) + latent.log_prior(code)
    return tf.reduce_logsumexp(tf.stack([learned, own]), axis=0)


def fit_learned_prior(
    codes: Encoding, capacity: int, num_components: int, numbers: np.random.Generator
) -> AggregatePosterior:
    """Gaussians fitted to z ~ q(z | x) of any images, as if they were one task.

    Args:
        codes: q(z | x).
        capacity: Number of categories that the model has room for.
        num_components: Number of Gaussians.
        numbers: For the noise of z.
    """
    noise = numbers.standard_normal(codes.loc.shape)
    continuous = (codes.loc + codes.scale * noise).astype("float32")
    probs = np.zeros((len(continuous), capacity), "float32")
    if codes.category_probs is not None:
        probs[:, : codes.category_probs.shape[1]] = codes.category_probs
    prior = AggregatePosterior(1, num_components, continuous.shape[1], capacity)
    prior.summarize(0, continuous, probs)
    return prior
