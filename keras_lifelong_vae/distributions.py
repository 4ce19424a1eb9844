"""`tfp.distributions`, loaded when the first one is made: TensorFlow Probability takes a second."""

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    return getattr(import_module("tensorflow_probability").distributions, name)
