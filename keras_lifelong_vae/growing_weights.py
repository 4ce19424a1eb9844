"""Weights that may be replaced by larger ones."""

import gc
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np


class GrowingWeights(keras.layers.Layer):
    """Named weights of a layer that has more room for tasks or categories later.

    Keras locks the state of a layer when its `build` returns. These weights are made in `__init__`,
    so that there is nothing to build and the layer stays open.

    Args:
        values: What each weight is at first, by the name of its attribute.
        trainable: Whether the weights are trained.
    """

    def __init__(self, values: Mapping[str, Any], trainable: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.names = tuple(values)
        self.made_trainable = trainable
        for name, value in values.items():
            self._make(name, np.asarray(value))
        self.built = True

    def _make(self, name: str, value: np.ndarray) -> keras.Variable:
        weight = self.add_weight(
            shape=value.shape,
            dtype=value.dtype.name if value.dtype.kind == "i" else None,
            initializer=lambda *args, **kwargs: value,
            trainable=self.made_trainable,
            name=name,
        )
        setattr(self, name, weight)
        return weight

    def replace(self, values: Mapping[str, Any]) -> None:
        """Puts new weights in the place of all, so that their order stays the same.

        Args:
            values: What the new weights hold, by name; of those left out the present values.
        """
        old = {name: getattr(self, name) for name in self.names}
        gc.freeze()  # Keras collects garbage after each one: not all that a process has, though
        for name in self.names:
            delattr(self, name)
        gc.unfreeze()
        for name, weight in old.items():
            value = np.asarray(values.get(name, weight.numpy()), weight.numpy().dtype)
            # A frozen layer makes weights that train and freezes them, and so does this.
            self._make(name, value).trainable = weight.trainable
