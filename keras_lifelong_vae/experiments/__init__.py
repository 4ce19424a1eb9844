"""Whole runs through a task sequence: what the command line and the examples call."""

from keras_lifelong_vae.experiments import sequences
from keras_lifelong_vae.experiments.comparison import compare
from keras_lifelong_vae.experiments.grid import run_grid
from keras_lifelong_vae.experiments.learning import Learned, TaskLostError, learn
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.experiments.run import train_sequence

__all__ = [
    "Learned",
    "Results",
    "TaskLostError",
    "compare",
    "learn",
    "run_grid",
    "sequences",
    "train_sequence",
]
