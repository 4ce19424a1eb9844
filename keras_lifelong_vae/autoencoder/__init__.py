"""One VAE, its bounds, and what it answers."""

from keras_lifelong_vae.autoencoder.answers import Answers
from keras_lifelong_vae.autoencoder.autoencoder import Autoencoder
from keras_lifelong_vae.autoencoder.bounds import elbo_terms, importance_weighted_bound

__all__ = ["Answers", "Autoencoder", "elbo_terms", "importance_weighted_bound"]
