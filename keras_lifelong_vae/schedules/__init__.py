"""Schedules of the training step: of the learning rate and of the temperature."""

from typing import Any

import keras

from keras_lifelong_vae.schedules.cooldown import Cooldown
from keras_lifelong_vae.schedules.exponential_temperature import ExponentialTemperature


def get(identifier: Any) -> keras.optimizers.schedules.LearningRateSchedule:
    """A temperature schedule from `None` (the default one), a constant > 0, or a Keras schedule."""
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


__all__ = ["Cooldown", "ExponentialTemperature", "get"]
