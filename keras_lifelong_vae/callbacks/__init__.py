"""Keras callbacks."""

from keras_lifelong_vae.callbacks.sequence_checkpoint import (
    SAVE_FREQ,
    SequenceCheckpoint,
    Terminated,
    check_save_freq,
)
from keras_lifelong_vae.callbacks.teacher_rollover import TeacherRollover

__all__ = ["SAVE_FREQ", "SequenceCheckpoint", "TeacherRollover", "Terminated", "check_save_freq"]
