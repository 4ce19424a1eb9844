"""`tfp.distributions`, loaded when the first one is made: TensorFlow Probability takes a second."""

from importlib import import_module
from typing import Any

import tensorflow as tf


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with tf.init_scope():  # what it makes as it is loaded belongs to no graph that is being traced
        return getattr(import_module("tensorflow_probability").distributions, name)
