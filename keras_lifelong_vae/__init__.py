"""Lifelong generative modeling with Keras: one VAE for data sets that arrive one after another."""

from keras_lifelong_vae import (
    callbacks,
    data,
    export,
    layers,
    likelihoods,
    metrics,
    networks,
    objectives,
    strategies,
    tasks,
)
from keras_lifelong_vae.callbacks import TeacherRollover
from keras_lifelong_vae.export import export_saved_model
from keras_lifelong_vae.models import ExponentialTemperature, LifelongVAE
from keras_lifelong_vae.version import __version__

__all__ = [
    "ExponentialTemperature",
    "LifelongVAE",
    "TeacherRollover",
    "__version__",
    "callbacks",
    "data",
    "export",
    "export_saved_model",
    "layers",
    "likelihoods",
    "metrics",
    "networks",
    "objectives",
    "strategies",
    "tasks",
]
