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


def get(identifier: Any) -> keras.optimizers.schedules.LearningRateSchedule:
    """A schedule from `None` (the default one), a constant, or a Keras schedule.

    Raises:
        ValueError: If a constant is not greater than 0.
        TypeError: If it is none of the three.
    """
    if identifier is None:
        return ExponentialTemperature()
    if isinstance(identifier, keras.optimizers.schedules.LearningRateSchedule):
        return identifier
    if isinstance(identifier, (int, float)) and not isinstance(identifier, bool):
        if not identifier > 0:
            raise ValueError(f"`temperature` must be greater than 0, received {identifier!r}.")
        return ExponentialTemperature(float(identifier), 0.0, float(identifier))
    raise TypeError(
        "`temperature` must be a number, a schedule like those of keras.optimizers.schedules, "
        f"or None, received {identifier!r}."
    )
