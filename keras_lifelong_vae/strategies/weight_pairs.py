"""The student's weights beside those it had when the last task ended."""

import keras

from keras_lifelong_vae.models import LifelongVAE


def weight_pairs(model: LifelongVAE) -> list[tuple[keras.Variable, keras.Variable]]:
    """Each trainable weight of the student and the same weight of the teacher."""
    pairs = zip(model.student.weights, model.teacher.weights, strict=True)
    return [(own, before) for own, before in pairs if own.trainable]
