"""The lifelong VAE and the parts it is made of."""

from keras_lifelong_vae.models.lifelong_vae import LifelongVAE
from keras_lifelong_vae.models.temperature import ExponentialTemperature

__all__ = ["ExponentialTemperature", "LifelongVAE"]
