"""Real image data sets, verified, from wherever they can be had."""

from keras_lifelong_vae.data.image_data import ImageData
from keras_lifelong_vae.data.loading import DataUnavailableError, load, location, names

__all__ = ["DataUnavailableError", "ImageData", "load", "location", "names"]
