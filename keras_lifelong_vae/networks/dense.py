"""Fully connected encoder and decoder."""

import math
from collections.abc import Sequence

import keras

from keras_lifelong_vae.networks.initializers import seeded_initializers


def dense(
    event_shape: Sequence[int],
    units: Sequence[int] = (512, 512),
    activation: str = "elu",
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """A dense pair: event-512-512 down to features, and the mirror image up again.

    The decoder starts with the activation of its first hidden layer, because the model reads
    the latent code into that layer by a linear map of its own.

    Args:
        event_shape: Shape of one image (of anything).
        units: Widths of the encoder's hidden layers, at least one; the decoder's are the reverse.
        activation: Keras activation of the hidden layers.
        seed: Seed of the initial weights; from Keras's global seed if `None`.

    Returns:
        `(encoder, decoder)`, Keras models `(batch_size, *event_shape) -> (batch_size, units[-1])`
        and `(batch_size, units[-1]) -> (batch_size, *event_shape)`.
    """
    if not units:
        raise ValueError(f"`units` must hold at least one width, received {units!r}.")
    event_shape = tuple(event_shape)
    seeded = seeded_initializers(seed)

    def layer(width: int, name: str, activation: str | None = activation) -> keras.layers.Layer:
        return keras.layers.Dense(width, activation, kernel_initializer=next(seeded), name=name)

    encoder = keras.Sequential(
        [
            keras.Input(event_shape),
            keras.layers.Flatten(name="flatten"),
            *(layer(width, f"hidden_{i}") for i, width in enumerate(units)),
        ],
        name="encoder",
    )
    first, *others = reversed(units)
    decoder = keras.Sequential(
        [
            keras.Input((first,)),
            keras.layers.Activation(activation, name="hidden_0"),
            *(layer(width, f"hidden_{i}") for i, width in enumerate(others, start=1)),
            layer(math.prod(event_shape), "values", activation=None),
            keras.layers.Reshape(event_shape, name="event"),
        ],
        name="decoder",
    )
    return encoder, decoder
