"""What a run ran with."""

import platform
import resource
import sys
from importlib.metadata import version

import keras
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from keras_lifelong_vae.version import __version__


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that figures may depend on."""
    return {
        "python": platform.python_version(),
        "keras_lifelong_vae": __version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "tensorflow_probability": tfp.__version__,
        "tensorflow_datasets": version("tensorflow-datasets"),
        "numpy": np.__version__,
    }


def peak_rss_mb() -> float:
    """The most memory this process has held so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)  # macOS counts in bytes
