"""One number more for each weight of the student."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from keras_lifelong_vae.growing_weights import GrowingWeights


class WeightStatistics(GrowingWeights):
    """Variables of the shapes of some weights: an importance of each, or a scale.

    Args:
        weights: The weights.
        initial: What every number is at first.
    """

    def __init__(
        self, weights: Sequence[keras.Variable], initial: float, trainable: bool = False, **kw: Any
    ) -> None:
        values = {
            f"of_weight_{i}": np.full(weight.shape, initial, "float32")
            for i, weight in enumerate(weights)
        }
        super().__init__(values, trainable, dtype="float32", **kw)
        self.initial = initial

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
        larger = {}
        for name, weight in zip(self.names, weights, strict=True):
            value = getattr(self, name).numpy()
            added = [(0, new - old) for new, old in zip(weight.shape, value.shape, strict=True)]
            larger[name] = np.pad(value, added, constant_values=self.initial)
        self.replace(larger)
