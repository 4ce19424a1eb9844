"""Noticing in a stream that its images have changed."""

from keras_lifelong_vae.streams.batch_test import (
    MIN_BATCH,
    BatchTest,
    Moments,
    squared_distance,
)
from keras_lifelong_vae.streams.projections import Projections
from keras_lifelong_vae.streams.stream_watch import HeldBatch, StreamWatch
from keras_lifelong_vae.streams.task_moments import TaskMoments

__all__ = [
    "MIN_BATCH",
    "BatchTest",
    "HeldBatch",
    "Moments",
    "Projections",
    "StreamWatch",
    "TaskMoments",
    "squared_distance",
]
