"""A prior that is learned: where codes lie, in the place of N(0, I)."""

import math

import tensorflow as tf

from keras_lifelong_vae.latents import Latent
from keras_lifelong_vae.replay.aggregate_posterior import AggregatePosterior
from keras_lifelong_vae.types import LatentCode, Tensor

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
