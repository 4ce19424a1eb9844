"""Lifelong generative modeling with Keras: one VAE for data sets that arrive one after another."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from keras_lifelong_vae.backend import check_backend
from keras_lifelong_vae.version import __version__


def _is_the_program() -> bool:
    """Whether `lifelong-vae` begins, which needs no TensorFlow to say what it can do."""
    started_as_module = sys.argv[:1] == ["-m"] and __name__ in sys.orig_argv
    return started_as_module or Path((sys.argv or [""])[0]).stem == "lifelong-vae"


# Otherwise all at once, so that Keras finds the classes of saved models.
if not _is_the_program():
    check_backend()
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
    from keras_lifelong_vae.callbacks import (
        SequenceCheckpoint,
        TeacherRollover,
        TransitionDetector,
    )
    from keras_lifelong_vae.exporting import export_saved_model
    from keras_lifelong_vae.lifelong_vae import LifelongVAE
    from keras_lifelong_vae.replay import Replay
    from keras_lifelong_vae.schedules import ExponentialTemperature


# Where the names are that are no part of the package; "layers" is an older name.
_PLACES = {
    "ExponentialTemperature": "schedules",
    "LifelongVAE": "lifelong_vae",
    "Replay": "replay",
    "SequenceCheckpoint": "callbacks",
    "TeacherRollover": "callbacks",
    "TransitionDetector": "callbacks",
    "export_saved_model": "exporting",
}


def __getattr__(name: str) -> Any:
    """What is not imported yet: `experiments` and `plots` draw, which takes time to load."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _PLACES:
        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    return import_module(f"{__name__}.{'latents' if name == 'layers' else name}")


__all__ = [
    "ExponentialTemperature",
    "LifelongVAE",
    "Replay",
    "SequenceCheckpoint",
    "TeacherRollover",
    "TransitionDetector",
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
    "plots",
    "schedules",
    "strategies",
    "tasks",
    "terms",
]
