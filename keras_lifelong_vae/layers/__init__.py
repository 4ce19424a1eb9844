"""Latent heads as Keras layers, each usable alone in any Keras model."""

from keras_lifelong_vae.layers.gaussian_latent import GaussianLatent
from keras_lifelong_vae.layers.joint_latent import JointLatent
from keras_lifelong_vae.layers.latent_read_in import LatentReadIn
from keras_lifelong_vae.layers.relaxed_categorical_latent import RelaxedCategoricalLatent

__all__ = ["GaussianLatent", "JointLatent", "LatentReadIn", "RelaxedCategoricalLatent"]
