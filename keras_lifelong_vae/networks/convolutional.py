"""Convolutional encoder and decoder."""

import math
from collections.abc import Sequence
from typing import Any

import keras

from keras_lifelong_vae.networks.initializers import seeded_initializers


def convolutional(
    event_shape: Sequence[int],
    filters: Sequence[int] = (16, 32, 64),
    units: int = 256,
    activation: str = "elu",
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """A convolutional pair: each entry of `filters` halves the resolution, then a dense layer.

    The decoder mirrors it and cuts what rounding up added, so that any height and width works.

    Args:
        event_shape: `(height, width, channels)`.
        filters: Channels after each convolution of stride 2, at least one.
        units: Width of the dense layer between feature maps and latent heads.
        activation: Keras activation of the hidden layers.
        seed: Seed of the initial weights; from Keras's global seed if `None`.

    Returns:
        `(encoder, decoder)`, Keras models `(batch_size, *event_shape) -> (batch_size, units)`
        and `(batch_size, units) -> (batch_size, *event_shape)`.
    """
    if len(event_shape) != 3:
        raise ValueError(
            "`event_shape` must be (height, width, channels) for a convolutional network, "
            f"received {tuple(event_shape)}."
        )
    if not filters:
        raise ValueError(f"`filters` must hold at least one number, received {filters!r}.")
    height, width, channels = event_shape
    initializers = seeded_initializers(seed)

    def layer(kind: type[keras.layers.Layer], *arguments: Any, **options: Any) -> Any:
        return kind(*arguments, kernel_initializer=next(initializers), **options)

    strided = {"kernel_size": 3, "strides": 2, "padding": "same", "activation": activation}
    encoder = keras.Sequential(
        [
            keras.Input(tuple(event_shape)),
            *(layer(keras.layers.Conv2D, depth, **strided) for depth in filters),
            keras.layers.Flatten(),
            layer(keras.layers.Dense, units, activation),
        ],
        name="encoder",
    )
    factor = 2 ** len(filters)
    low = (math.ceil(height / factor), math.ceil(width / factor), filters[-1])
    decoder = keras.Sequential(
        [
            keras.Input((units,)),
            keras.layers.Activation(activation),
            layer(keras.layers.Dense, math.prod(low), activation),
            keras.layers.Reshape(low),
            *(layer(keras.layers.Conv2DTranspose, depth, **strided) for depth in reversed(filters)),
            layer(keras.layers.Conv2D, channels, 3, padding="same"),
            keras.layers.Cropping2D(((0, factor * low[0] - height), (0, factor * low[1] - width))),
        ],
        name="decoder",
    )
    return encoder, decoder
