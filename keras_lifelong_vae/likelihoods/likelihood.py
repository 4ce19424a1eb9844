"""What every likelihood p(x | z) offers."""

from abc import abstractmethod
from typing import Any

import keras

from keras_lifelong_vae.likelihoods.support import UNIT_INTERVAL, Support
from keras_lifelong_vae.types import Tensor


class Likelihood(keras.layers.Layer):
    """p(x | z), given what the decoder says: one real number per value.

    A subclass turns the decoder's output, `(batch_size, *event_shape)` unconstrained reals,
    into a distribution over x. Scales it learns are its own weights. It computes in float32
    whatever the global dtype policy.

    Attributes:
        support: Which values x may have; what a model is trained on is checked against it.
    """

    support: Support = UNIT_INTERVAL

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)

    @abstractmethod
    def log_prob(self, images: Tensor, parameters: Tensor) -> Tensor:
        """log p(x | z) in nats per image, `(batch_size,)`, summed over the event."""

    @abstractmethod
    def mean(self, parameters: Tensor) -> Tensor:
        """E[x | z] in the units of x, `(batch_size, *event_shape)`."""

    @abstractmethod
    def sample(self, parameters: Tensor, seed: Tensor) -> Tensor:
        """x ~ p(x | z); `seed` has shape `(2,)`."""

    def normalize(self, images: Tensor) -> Tensor:
        """What the encoder reads of x: x itself, unless the likelihood brings its own units."""
        return images

    def call(self, parameters: Tensor) -> Tensor:
        return self.mean(parameters)
