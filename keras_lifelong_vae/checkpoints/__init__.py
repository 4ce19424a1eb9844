"""The state of an unfinished training on disk."""

from keras_lifelong_vae.checkpoints.checkpoint_store import CheckpointStore, Stored
from keras_lifelong_vae.checkpoints.data_position import DataPosition
from keras_lifelong_vae.checkpoints.state import (
    callback_state,
    model_state,
    restore_callback,
    restore_model,
)

__all__ = [
    "CheckpointStore",
    "DataPosition",
    "Stored",
    "callback_state",
    "model_state",
    "restore_callback",
    "restore_model",
]
