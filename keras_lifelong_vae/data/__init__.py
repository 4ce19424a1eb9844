"""Real image data sets, verified, from wherever they can be had."""

from keras_lifelong_vae.data.image_data import ImageData
from keras_lifelong_vae.data.loading import DataUnavailableError, load, location, names
from keras_lifelong_vae.data.synth_digits.dataset import draw_synth_digits

__all__ = ["DataUnavailableError", "ImageData", "draw_synth_digits", "load", "location", "names"]
