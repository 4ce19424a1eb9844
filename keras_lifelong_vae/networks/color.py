"""Colours without the correlation that all images have: brightness, and two small differences."""

import keras
import numpy as np

from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import Tensor

# Rows: brightness, red - blue, green - magenta; orthonormal, close to the principal axes of the
# colours of photographs.
AXES = np.array([[1, 1, 1], [1, 0, -1], [-0.5, 1, -0.5]]) / np.sqrt([[3], [2], [1.5]])
SCALES = np.array([0.44, 0.08, 0.08])  # standard deviations along them, of values in [0, 1]
LOGIT_SLOPE = 4.0  # of the logit where the mean is 1/2


@register
class ColorsToAxes(keras.layers.Layer):
    """RGB in [0, 1] to three numbers of a standard deviation of about one.

        y = (x - 1/2) A^T / s,    A orthonormal, s the standard deviations of photographs

    In raw RGB the loss is nearly flat along the directions in which colours differ in more than
    brightness: a network that reads and writes RGB learns grey images, and for long only these.

    Shapes: `(..., 3)` to `(..., 3)`. Without weights.
    """

    def call(self, images: Tensor) -> Tensor:
        matrix = keras.ops.convert_to_tensor(AXES.T / SCALES, self.compute_dtype)
        return keras.ops.matmul(images - 0.5, matrix)


@register
class AxesToColorLogits(keras.layers.Layer):
    """The way back, for a decoder: to logits of RGB, whose sigmoid is x again to first order.

        logits = 4 (s y) A

    Shapes: `(..., 3)` to `(..., 3)`. Without weights.
    """

    def call(self, values: Tensor) -> Tensor:
        matrix = LOGIT_SLOPE * SCALES[:, None] * AXES
        matrix = keras.ops.convert_to_tensor(matrix, self.compute_dtype)
        return keras.ops.matmul(values, matrix)


def is_color(event_shape: tuple[int, ...]) -> bool:
    """Whether events are taken for RGB images, `(height, width, 3)`."""
    return len(event_shape) == 3 and event_shape[-1] == 3


def read(event_shape: tuple[int, ...]) -> list[keras.layers.Layer]:
    """What an encoder begins with."""
    return [ColorsToAxes(name="colors")] if is_color(event_shape) else []


def write(event_shape: tuple[int, ...]) -> list[keras.layers.Layer]:
    """What a decoder ends in."""
    return [AxesToColorLogits(name="colors")] if is_color(event_shape) else []
