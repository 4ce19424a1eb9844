"""Columns of dense layers, one for each task, that read the layers of those before them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae.types import Tensor


class Column(keras.layers.Layer):
    """The dense layers of one task, which also read those of the earlier columns.

        h_i = f(W_i h_{i-1} + U_i f(V_i [h_{i-1} of each earlier column]))

    The first layer reads nothing but the input, the last one is without the outer f. `sizes` are
    those of the input and of each layer, V_i gives `adapter_units` numbers.
    """

    def __init__(
        self, sizes: Sequence[int], earlier: int, adapter_units: int, initializers: Iterator[Any]
    ) -> None:
        super().__init__(name=f"column_{earlier}")

        def dense(inputs: int, *options: Any) -> keras.layers.Dense:
            layer = keras.layers.Dense(*options, kernel_initializer=next(initializers))
            layer.build((None, inputs))
            return layer

        self.own = [dense(*pair) for pair in pairwise(sizes)]
        lateral = list(pairwise(sizes))[1:] if earlier else []
        self.down = [dense(earlier * size, adapter_units, "elu") for size, _ in lateral]
        self.up = [dense(adapter_units, size, None, False) for _, size in lateral]
        self.built = True

    def call(self, inputs: Tensor, earlier: Sequence[Sequence[Tensor]]) -> list[Tensor]:
        """Its input and all its layers, given those of the earlier columns."""
        layers = [inputs]
        for i, own in enumerate(self.own):
            values = own(layers[-1])
            if i and earlier:
                beside = tf.concat([column[i] for column in earlier], axis=-1)
                values += self.up[i - 1](self.down[i - 1](beside))
            layers.append(values if own is self.own[-1] else tf.nn.elu(values))
        return layers


class Columns(keras.layers.Layer):
    """The columns of an encoder or of a decoder; all but the last are frozen."""

    def __init__(self, sizes: Sequence[int], adapter_units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sizes, self.adapter_units = tuple(sizes), adapter_units
        self.columns: list[Column] = []
        self.built = True  # and not locked by Keras, so that columns can be added

    def add(self, initializers: Iterator[Any]) -> None:
        """Freezes the columns there are and adds one."""
        for column in self.columns:
            column.trainable = False
        number = len(self.columns)
        self.columns.append(Column(self.sizes, number, self.adapter_units, initializers))

    def call(self, inputs: Tensor, number: int | None = None) -> list[Tensor]:
        """What each of the first `number` columns says; all if `None`."""
        found: list[list[Tensor]] = []
        for column in self.columns[:number]:
            found.append(column(inputs, found))
        return [layers[-1] for layers in found]
