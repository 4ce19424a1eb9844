"""How the temperature of the relaxed categorical falls while training."""

from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import Tensor


@register
class ExponentialTemperature(keras.optimizers.schedules.LearningRateSchedule):
    """temperature(step) = max(initial * exp(-rate * step), minimum).

    Args:
        initial: Temperature at the first step.
        rate: Decay per training step, counted over all tasks.
        minimum: Where the temperature stops.

    Reference: Jang et al., "Categorical Reparameterization with Gumbel-Softmax", 2017.
    """

    def __init__(self, initial: float = 1.0, rate: float = 3e-5, minimum: float = 0.5) -> None:
        for name, value in (("initial", initial), ("minimum", minimum)):
            if not value > 0:
                raise ValueError(f"`{name}` must be greater than 0, received {value!r}.")
        self.initial = initial
        self.rate = rate
        self.minimum = minimum

    def __call__(self, step: Tensor) -> Tensor:
        decayed = self.initial * tf.exp(-self.rate * tf.cast(step, tf.float32))
        return tf.maximum(decayed, self.minimum)

    def get_config(self) -> dict[str, Any]:
        return {"initial": self.initial, "rate": self.rate, "minimum": self.minimum}
