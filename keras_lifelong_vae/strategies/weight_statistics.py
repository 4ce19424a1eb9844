"""One number more for each weight of the student."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_lifelong_vae.layers.growth import replace_weight


class WeightStatistics(keras.layers.Layer):
    """Variables of the shapes of some weights: an importance of each, or a scale.

    Args:
        weights: The weights.
        initial: What every number is at first.
    """

    def __init__(
        self, weights: Sequence[keras.Variable], initial: float, trainable: bool = False, **kw: Any
    ) -> None:
        super().__init__(dtype="float32", trainable=trainable, **kw)
        self.initial = initial
        self.names = [f"of_weight_{i}" for i in range(len(weights))]
        for name, weight in zip(self.names, weights, strict=True):
            value = self.add_weight(
                shape=weight.shape,
                initializer=keras.initializers.Constant(initial),
                trainable=trainable,
                name=name,
            )
            setattr(self, name, value)
        self.built = True

    @property
    def values(self) -> list[keras.Variable]:
        """One variable for each weight, in the order of the weights."""
        return [getattr(self, name) for name in self.names]

    def assign(self, values: Sequence[Any]) -> None:
        """Sets all of them."""
        for own, value in zip(self.values, values, strict=True):
            own.assign(value)

    def grow(self, weights: Sequence[keras.Variable]) -> None:
        """Takes the shapes of the weights again, which have become larger; new numbers begin."""
        for name, weight in zip(self.names, weights, strict=True):
            value = getattr(self, name).numpy()
            added = [(0, new - old) for new, old in zip(weight.shape, value.shape, strict=True)]
            replace_weight(self, name, np.pad(value, added, constant_values=self.initial))
