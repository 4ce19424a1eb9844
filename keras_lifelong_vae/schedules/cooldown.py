"""A learning rate that is constant until the end of a task comes near."""

from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import Tensor


@register
class Cooldown(keras.optimizers.schedules.LearningRateSchedule):
    """rate(step) = rate * min(1, (steps - step) / (share * steps)), then again from the beginning.

    A task of few steps can't spare the high rate, but at its end only the noise of it is left.
    A rollover starts the schedule again; a training that goes on without one repeats it, instead
    of standing still at a rate of 0.

    Args:
        learning_rate: Until the cooldown begins.
        steps: When it ends.
        share: Of all steps that it takes, in (0, 1].

    Reference: Haegele et al., "Scaling Laws and Compute-Optimal Training Beyond Fixed Training
    Durations", 2024.
    """

    def __init__(self, learning_rate: float, steps: int, share: float = 0.3) -> None:
        if not 0 < share <= 1:
            raise ValueError(f"`share` must be in (0, 1], received {share!r}.")
        self.learning_rate = learning_rate
        self.steps = check_positive_int(steps, "steps")
        self.share = share

    def __call__(self, step: Tensor) -> Tensor:
        step = tf.math.floormod(tf.cast(step, tf.float32), float(self.steps))
        left = (self.steps - step) / (self.share * self.steps)
        return self.learning_rate * tf.minimum(left, 1.0)

    def get_config(self) -> dict[str, Any]:
        return {"learning_rate": self.learning_rate, "steps": self.steps, "share": self.share}
