"""Encoders and decoders, chosen by name or any pair of Keras models."""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_lifelong_vae.checks import check_choice
from keras_lifelong_vae.networks.convolutional import convolutional
from keras_lifelong_vae.networks.dense import dense
from keras_lifelong_vae.networks.residual import residual

_BY_NAME: dict[str, Callable[..., tuple[keras.Model, keras.Model]]] = {
    "dense": dense,
    "convolutional": convolutional,
    "residual": residual,
}


def get(
    identifier: Any, event_shape: Sequence[int], seed: int | None = None
) -> tuple[keras.Model, keras.Model]:
    """The pair `(encoder, decoder)` called `identifier`, or `identifier` itself if it is a pair.

    Raises:
        ValueError: If the name is unknown, or the pair does not fit `event_shape`: from images to a
            vector of features, and from a vector of any width to one number per value of the event.
        TypeError: If it is neither a name nor a pair of Keras models.
    """
    if isinstance(identifier, str):
        build = _BY_NAME[check_choice(identifier, "network", tuple(_BY_NAME))]
        return build(event_shape, seed=seed)
    return _checked_pair(identifier, tuple(event_shape))


def _checked_pair(pair: Any, event_shape: tuple[int, ...]) -> tuple[keras.Model, keras.Model]:
    is_pair = isinstance(pair, (tuple, list)) and len(pair) == 2
    if not is_pair or not all(isinstance(network, keras.Model) for network in pair):
        raise TypeError(
            f"`network` must be one of {', '.join(_BY_NAME)} or a pair (encoder, decoder) of "
            f"Keras models, received {pair!r}."
        )
    encoder, decoder = pair
    expected = {
        "encoder input": (encoder.input_shape, (None, *event_shape)),
        "encoder output": (encoder.output_shape, (None, encoder.output_shape[-1])),
        "decoder input": (decoder.input_shape, (None, decoder.input_shape[-1])),
        "decoder output": (decoder.output_shape, (None, *event_shape)),
    }
    for what, (received, wanted) in expected.items():
        if received != wanted:
            raise ValueError(f"`network`: the {what} must be {wanted}, received {received}.")
    return encoder, decoder


__all__ = ["convolutional", "dense", "get", "residual"]
