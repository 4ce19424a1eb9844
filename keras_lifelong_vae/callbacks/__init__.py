"""Keras callbacks."""

from keras_lifelong_vae.callbacks.teacher_rollover import TeacherRollover

__all__ = ["TeacherRollover"]
