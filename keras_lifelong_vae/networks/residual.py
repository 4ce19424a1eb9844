"""Residual blocks over patches of an image, for colour."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import keras
from keras import layers

from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.networks.initializers import seeded_initializers


def residual(
    event_shape: Sequence[int],
    filters: int = 32,
    blocks: int = 3,
    patch_size: int = 4,
    units: int = 512,
    activation: str = "elu",
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """A residual pair: patches to vectors, blocks that look at neighbours, a dense layer, and back.

    For colour images: a network of strided convolutions learns them grey, and stays grey for long.
    All convolutions but the first and the last are at the resolution of the patches, which makes
    it fast. A block begins as the identity, so that no normalisation is needed, whose statistics
    would mix real and replayed images.

    Args:
        event_shape: `(height, width, channels)`.
        filters: Channels of each block.
        blocks: How many there are in the encoder, and in the decoder.
        patch_size: Height and width of a patch; what the last ones lack is padded and cut off.
        units: Width of the dense layer between patches and latent heads.
        activation: Keras activation of the hidden layers.
        seed: Seed of the initial weights; from Keras's global seed if `None`.

    Returns:
        `(encoder, decoder)`, Keras models `(batch_size, *event_shape) -> (batch_size, units)`
        and `(batch_size, units) -> (batch_size, *event_shape)`.

    Reference: He et al., "Identity Mappings in Deep Residual Networks", 2016; Zhang et al., "Fixup
    Initialization", 2019; Shi et al., "Real-Time Single Image and Video Super-Resolution Using an
    Efficient Sub-Pixel Convolutional Neural Network", 2016.
    """
    if len(event_shape) != 3:
        raise ValueError(
            "`event_shape` must be (height, width, channels) for a residual network, "
            f"received {tuple(event_shape)}."
        )
    sizes = {"filters": filters, "blocks": blocks, "patch_size": patch_size, "units": units}
    for name, value in sizes.items():
        check_positive_int(value, name)
    height, width, channels = event_shape
    rows, columns = math.ceil(height / patch_size), math.ceil(width / patch_size)
    seeded = seeded_initializers(seed)

    def convolution(depth: int, size: int, **options: Any) -> layers.Layer:
        options.setdefault("kernel_initializer", next(seeded))
        return layers.Conv2D(depth, size, padding="same", **options)

    def all_blocks(values: Any) -> Any:
        for _ in range(blocks):
            inner = convolution(filters, 3)(layers.Activation(activation)(values))
            inner = layers.Activation(activation)(inner)
            inner = convolution(filters, 1, kernel_initializer="zeros")(inner)
            values = layers.add([values, inner])
        return layers.Activation(activation)(values)

    images = keras.Input(tuple(event_shape))
    patches = all_blocks(convolution(filters, patch_size, strides=patch_size)(images))
    dense = layers.Dense(units, activation, kernel_initializer=next(seeded))
    encoder = keras.Model(images, dense(layers.Flatten()(patches)), name="encoder")

    features = keras.Input((units,))
    values = layers.Dense(rows * columns * filters, kernel_initializer=next(seeded))(
        layers.Activation(activation)(features)
    )
    values = all_blocks(layers.Reshape((rows, columns, filters))(values))
    values = convolution(patch_size**2 * channels, 3)(values)
    for layer in _joined(rows, columns, patch_size, channels):
        values = layer(values)
    cut = ((0, patch_size * rows - height), (0, patch_size * columns - width))
    decoder = keras.Model(features, layers.Cropping2D(cut)(values), name="decoder")
    return encoder, decoder


def _joined(rows: int, columns: int, size: int, channels: int) -> Iterator[layers.Layer]:
    """From `size * size * channels` numbers of each patch to an image."""
    yield layers.Reshape((rows, columns, size, size, channels))
    yield layers.Permute((1, 3, 2, 4, 5))
    yield layers.Reshape((rows * size, columns * size, channels))
