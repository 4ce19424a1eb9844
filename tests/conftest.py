"""Settings for all tests: no GPU noise in the log, images drawn without a screen."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("MPLBACKEND", "Agg")

import keras
import pytest


@pytest.fixture(autouse=True)
def _seeded():
    """Every test starts from the same global seed, whatever ran before it."""
    keras.utils.set_random_seed(0)
