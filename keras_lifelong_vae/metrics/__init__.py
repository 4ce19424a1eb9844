"""Metrics: pure functions of the matrix R, R[i][j] = score after task i on task j's test set."""

from keras_lifelong_vae.metrics.forgetting import forgetting
from keras_lifelong_vae.metrics.mean_final import mean_final

__all__ = ["forgetting", "mean_final"]
