"""What every likelihood p(x | z) offers."""

from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae import finite
from keras_lifelong_vae.likelihoods.support import UNIT_INTERVAL, Support
from keras_lifelong_vae.types import Tensor

MARGIN = 1e-6  # between a mean and the limits of the support


def entropy(probs: Tensor) -> Tensor:
    """Of independent Bernoulli variables, nats, `(batch_size,)`, summed over the event."""
    values = tf.math.xlogy(probs, probs) + tf.math.xlogy(1.0 - probs, 1.0 - probs)
    return -tf.reduce_sum(values, axis=list(range(1, len(probs.shape))))


class Likelihood(keras.layers.Layer):
    """p(x | z), given what the decoder says: one real number per value.

    A subclass turns the decoder's output, `(batch_size, *event_shape)` unconstrained reals,
    into a `distribution` over x, or has a `log_prob` and a `sample` of its own. Scales it learns
    are its own weights. It computes in float32 whatever the global dtype policy; the distribution
    and its nats are of float32 at least also under a policy of its own.

    Attributes:
        support: Which values x may have; what a model is trained on is checked against it.
    """

    support: Support = UNIT_INTERVAL

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)

    def distribution(self, parameters: Tensor) -> Any:
        """The distribution of x, of TensorFlow Probability, its batch shape `(batch_size,)`."""
        raise NotImplementedError

    def log_prob(self, images: Tensor, parameters: Tensor) -> Tensor:
        """log p(x | z) in nats per image, `(batch_size,)`, summed over the event."""
        return self.distribution(parameters).log_prob(tf.cast(images, self.wide_dtype))

    @property
    def wide_dtype(self) -> tf.DType:
        """What the distribution is computed in."""
        return finite.wide_dtype(self.compute_dtype)

    def mean(self, parameters: Tensor) -> Tensor:
        """E[x | z] in the units of x, `(batch_size, *event_shape)`; of values in [0, 1] here."""
        return tf.sigmoid(tf.cast(parameters, self.compute_dtype))

    def sample(self, parameters: Tensor, seed: Tensor) -> Tensor:
        """x ~ p(x | z); `seed` has shape `(2,)`."""
        drawn = self.distribution(parameters).sample(seed=tf.cast(seed, tf.int32))
        return finite.cast(drawn, self.compute_dtype)

    def drawn_around(
        self, means: Tensor, other: "Likelihood", seed: Tensor
    ) -> tuple[Tensor, Tensor | float]:
        """What stands for x ~ p_other(x | z) when log p(x | z) is asked for: values, and nats.

            E[log p(x | z)] = E[log p(values | z)] - nats,    x ~ p_other(x | z)

        Means alone would teach a learned scale that there is no noise. Here one x is drawn around
        each; a likelihood that knows the expectation gives that.

        Args:
            means: What the teacher decodes, `(n, *event_shape)`.
            other: The teacher's likelihood.
            seed: `(2,)`.

        Returns:
            Values `(n, *event_shape)`, and nats per image, a scalar.
        """
        return other.sample(other.parameters_of(means), seed), 0.0

    def saturated_log_prob(self, images: Tensor) -> Tensor:
        """max log p(x | y) over all y in nats per image, `(batch_size,)`: of the best decoder.

        Here that of the y whose mean is x, held a little inside the support.
        """
        return self.log_prob(images, self.parameters_of(images))

    def parameters_of(self, means: Tensor) -> Tensor:
        """What a decoder has to say for `mean` to give `means`, the inverse of it."""
        inside = tf.clip_by_value(tf.cast(means, self.wide_dtype), MARGIN, 1.0 - MARGIN)
        return tf.math.log(inside) - tf.math.log1p(-inside)

    def normalize(self, images: Tensor) -> Tensor:
        """What the encoder reads of x: x itself, unless the likelihood brings its own units."""
        return images

    def call(self, parameters: Tensor) -> Tensor:
        return self.mean(parameters)
