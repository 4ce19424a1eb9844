"""Keras callbacks."""

from keras_lifelong_vae.callbacks.sequence_checkpoint import (
    SAVE_FREQ,
    SequenceCheckpoint,
    Terminated,
    check_save_freq,
)
from keras_lifelong_vae.callbacks.teacher_rollover import TeacherRollover
from keras_lifelong_vae.callbacks.transition_detector import Transition, TransitionDetector

__all__ = [
    "SAVE_FREQ",
    "SequenceCheckpoint",
    "TeacherRollover",
    "Terminated",
    "Transition",
    "TransitionDetector",
    "check_save_freq",
]
