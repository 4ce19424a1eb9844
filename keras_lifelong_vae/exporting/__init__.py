"""Exporting a trained model to where neither this package nor Python is needed."""

from keras_lifelong_vae.exporting.litert import export_litert
from keras_lifelong_vae.exporting.saved_model import export_saved_model

__all__ = ["export_litert", "export_saved_model"]
