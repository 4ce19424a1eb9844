"""Lifelong generative modeling with Keras: one VAE for data sets that arrive one after another."""

from importlib import import_module
from typing import Any

from keras_lifelong_vae import (
    callbacks,
    data,
    exporting,
    latents,
    likelihoods,
    metrics,
    networks,
    schedules,
    strategies,
    tasks,
    terms,
)
from keras_lifelong_vae import latents as layers
from keras_lifelong_vae.callbacks import SequenceCheckpoint, TeacherRollover
from keras_lifelong_vae.exporting import export_saved_model
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.replay import Replay
from keras_lifelong_vae.schedules import ExponentialTemperature
from keras_lifelong_vae.version import __version__


def __getattr__(name: str) -> Any:
    """`experiments` is imported when it is used: it draws pictures, which takes time to load."""
    if name == "experiments":
        return import_module("keras_lifelong_vae.experiments")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "ExponentialTemperature",
    "LifelongVAE",
    "Replay",
    "SequenceCheckpoint",
    "TeacherRollover",
    "__version__",
    "callbacks",
    "data",
    "experiments",
    "export_saved_model",
    "exporting",
    "latents",
    "layers",
    "likelihoods",
    "metrics",
    "networks",
    "schedules",
    "strategies",
    "tasks",
    "terms",
]
