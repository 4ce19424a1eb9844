"""Gaussian likelihood with a learned scale."""

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae import distributions as tfd
from keras_lifelong_vae import finite
from keras_lifelong_vae.likelihoods import support as supports
from keras_lifelong_vae.likelihoods.likelihood import Likelihood
from keras_lifelong_vae.likelihoods.support import Support
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import Tensor

MIN_SCALE = 1e-3  # below a grey level: a density must not be gained from constant pixels alone


@register
class Gaussian(Likelihood):
    """Independent Gaussians with one learned scale per channel, the last axis of the event.

        unit_interval:  p(x | z) = N(x; sigmoid(parameters), scale^2)
        real:           p(x | z) = N(x; m + s parameters, (s scale)^2)

    with scale = MIN_SCALE + exp(log_scale), and m, s mean and standard deviation of
    `normalization` (0 and 1 without). A density, not a probability: -ELBO in nats can be negative,
    and is comparable only with other densities in the same units.

    Args:
        initial_scale: Where the learned scale starts, in units of s. The default suits images; for
            rows of numbers, of which less is known from the others, 0.5 is nearer.
        support: "unit_interval" for images, or "real" for any numbers.
        normalization: An adapted `keras.layers.Normalization`, for "real": the encoder reads
            normalised values, and what is generated comes back in the units of the data.

    Raises:
        ValueError: If `initial_scale` is too small, `support` is unknown, or `normalization` is
            given without support "real" or before `adapt`.

    Example:

    ```python
    normalization = keras.layers.Normalization()
    normalization.adapt(rows)
    likelihood = klv.likelihoods.Gaussian(support="real", normalization=normalization)
    model = klv.LifelongVAE((12,), likelihood=likelihood)
    ```

    Reference: Rybkin et al., "Simple and Effective VAE Training with Calibrated Decoders", 2021.
    """

    def __init__(
        self,
        initial_scale: float = 0.1,
        support: str = "unit_interval",
        normalization: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not initial_scale > MIN_SCALE:
            raise ValueError(
                f"`initial_scale` must be greater than {MIN_SCALE}, received {initial_scale!r}."
            )
        self.initial_scale = initial_scale
        self.support_name = support
        self.support = supports.get(support)
        self.units = _units(normalization, self.support)

    def build(self, input_shape: Any) -> None:
        self.log_scale = self.add_weight(
            shape=(input_shape[-1],),
            initializer=keras.initializers.Constant(math.log(self.initial_scale - MIN_SCALE)),
            name="log_scale",
        )

    @property
    def scale(self) -> Tensor:
        """Standard deviation of each channel, in the units of x."""
        scale = finite.scale(self.log_scale)
        return tf.constant(self.units[1], scale.dtype) * (MIN_SCALE + scale)

    def distribution(self, parameters: Tensor) -> Any:
        loc, scale = finite.wide(self.mean(parameters)), self.scale
        return tfd.Independent(tfd.Normal(loc, scale), len(parameters.shape) - 1)

    def mean(self, parameters: Tensor) -> Tensor:
        if self.support.is_unit:
            return super().mean(parameters)
        parameters = finite.wide(tf.cast(parameters, self.compute_dtype))
        loc, scale = (tf.constant(unit, parameters.dtype) for unit in self.units)
        return finite.cast(loc + scale * parameters, self.compute_dtype)

    def parameters_of(self, means: Tensor) -> Tensor:
        return super().parameters_of(means) if self.support.is_unit else self.normalize(means)

    def sample(self, parameters: Tensor, seed: Tensor) -> Tensor:
        drawn = super().sample(parameters, seed)
        return tf.clip_by_value(drawn, self.support.low, self.support.high)

    def drawn_around(
        self, means: Tensor, other: Likelihood, seed: Tensor
    ) -> tuple[Tensor, Tensor | float]:
        """See `Likelihood`; nats are sum_i (scale_other / scale)^2 / 2."""
        assert isinstance(other, Gaussian)
        each = 0.5 * tf.square(other.scale / self.scale)
        return means, tf.reduce_sum(tf.broadcast_to(each, (1, *means.shape[1:])))

    def normalize(self, images: Tensor) -> Tensor:
        loc, scale = (tf.constant(unit, images.dtype) for unit in self.units)
        return (images - loc) / scale

    def get_config(self) -> dict[str, Any]:
        loc, scale = self.units
        return {
            **super().get_config(),
            "initial_scale": self.initial_scale,
            "support": self.support_name,
            "normalization": None if self.support.is_unit else [loc.tolist(), scale.tolist()],
        }


def _units(normalization: Any, support: Support) -> tuple[np.ndarray, np.ndarray]:
    """The mean and the standard deviation that normalised values are measured in."""
    if normalization is None:
        return np.zeros(1), np.ones(1)
    if support.is_unit:
        raise ValueError('`normalization` must be None unless `support` is "real", received one.')
    if isinstance(normalization, (list, tuple)):  # as `get_config` gives it
        loc, scale = normalization
        return np.asarray(loc), np.asarray(scale)
    if getattr(normalization, "mean", None) is None:
        raise ValueError(
            "`normalization` must be a keras.layers.Normalization that was adapted, received "
            f"{normalization!r}."
        )
    loc, variance = np.asarray(normalization.mean), np.asarray(normalization.variance)
    return loc, np.maximum(np.sqrt(variance), keras.config.epsilon())
