"""What every likelihood p(x | z) offers."""

from abc import abstractmethod
from typing import Any

import keras

from keras_lifelong_vae.types import Tensor


class Likelihood(keras.layers.Layer):
    """p(x | z) of images in [0, 1], given what the decoder says: one real number per value.

    A subclass turns the decoder's output, `(batch_size, *event_shape)` unconstrained reals,
    into a distribution over images. Scales it learns are its own weights. It computes in
    float32 whatever the global dtype policy.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)

    @abstractmethod
    def log_prob(self, images: Tensor, decoded: Tensor) -> Tensor:
        """log p(x | z) in nats per image, `(batch_size,)`, summed over the event."""

    @abstractmethod
    def mean(self, decoded: Tensor) -> Tensor:
        """E[x | z] in [0, 1], `(batch_size, *event_shape)`."""

    @abstractmethod
    def sample(self, decoded: Tensor, seed: Tensor) -> Tensor:
        """x ~ p(x | z) in [0, 1]; `seed` has shape `(2,)`."""

    def call(self, decoded: Tensor) -> Tensor:
        return self.mean(decoded)
