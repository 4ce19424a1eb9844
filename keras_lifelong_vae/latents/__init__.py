"""Latents: q(z | x), p(z) and what lies between them, and the heads they are made of."""

from keras_lifelong_vae.latents.gaussian_latent import GaussianLatent
from keras_lifelong_vae.latents.joint_latent import JointLatent
from keras_lifelong_vae.latents.latent import Latent
from keras_lifelong_vae.latents.mixture_prior_latent import MixturePriorLatent
from keras_lifelong_vae.latents.relaxed_categorical_latent import RelaxedCategoricalLatent

__all__ = [
    "GaussianLatent",
    "JointLatent",
    "Latent",
    "MixturePriorLatent",
    "RelaxedCategoricalLatent",
]
