"""Objectives: pure functions of tensors, in nats per example, `(batch_size,)`."""

from keras_lifelong_vae.objectives import information
from keras_lifelong_vae.objectives.consistency import consistency_kl
from keras_lifelong_vae.objectives.divergences import (
    categorical_kl,
    gaussian_kl,
    gaussian_kl_to_prior,
)
from keras_lifelong_vae.objectives.elbo import negative_elbo

__all__ = [
    "categorical_kl",
    "consistency_kl",
    "gaussian_kl",
    "gaussian_kl_to_prior",
    "information",
    "negative_elbo",
]
