"""The continuous latent head, q(z_c | x) = N(loc, diag(exp(log_var)))."""

from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae import finite, noise
from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.latents.divergences import (
    gaussian_kl,
    gaussian_kl_to_standard,
    gaussian_log_prob,
)
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import GaussianParameters, Tensor


@register
class GaussianLatent(keras.layers.Layer):
    """Maps features to a diagonal Gaussian and draws from it by reparameterisation.

        z = loc + exp(log_var / 2) * eps,    eps ~ N(0, I)

    Computes in float32 whatever the global dtype policy: KL terms need the precision. `log_var` may
    be any number; exp(log_var / 2) is held between the bounds of `finite.scale`.

    Args:
        latent_dim: Number of dimensions of z_c.
        kernel_initializer: Initializer of both projections.
        seed: Seed of the layer's own noise.

    Call arguments:
        features: `(batch_size, num_features)`.

    Output:
        `(z, loc, log_var)`, each `(batch_size, latent_dim)`.

    Example:

    ```python
    inputs = keras.Input((784,))
    z, loc, log_var = GaussianLatent(8)(keras.layers.Dense(64, "elu")(inputs))
    ```

    Reference: Kingma and Welling, "Auto-Encoding Variational Bayes", 2014.
    """

    def __init__(
        self,
        latent_dim: int,
        kernel_initializer: Any = "glorot_uniform",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        self.latent_dim = check_positive_int(latent_dim, "latent_dim")
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.projection = keras.layers.Dense(
            2 * latent_dim,
            kernel_initializer=self.kernel_initializer,
            dtype=self.dtype_policy,
            name="projection",
        )

    def build(self, input_shape: Any) -> None:
        self.projection.build(input_shape)

    def posterior(self, features: Tensor) -> GaussianParameters:
        """q(z_c | x) for `features` `(batch_size, num_features)`."""
        loc, log_var = tf.split(self.projection(features), 2, axis=-1)
        return GaussianParameters(loc, log_var)

    def sample(self, posterior: GaussianParameters, seed: Tensor) -> Tensor:
        """One z_c per row of `posterior`, `(batch_size, latent_dim)`; see `noise` for seeds."""
        eps = noise.normal(seed, tf.shape(posterior.loc)[0], self.latent_dim)
        loc, scale = finite.wide(posterior.loc), finite.scale(0.5 * posterior.log_var)
        return finite.cast(loc + scale * tf.cast(eps, loc.dtype), posterior.loc.dtype)

    def sample_prior(self, num_samples: Tensor, seed: Tensor) -> Tensor:
        """z_c ~ p(z_c), `(num_samples, latent_dim)`."""
        return tf.cast(noise.normal(seed, num_samples, self.latent_dim), self.compute_dtype)

    def kl(self, first: GaussianParameters, second: GaussianParameters) -> Tensor:
        """KL(first || second), nats per example, `(batch_size,)`."""
        return gaussian_kl(first, second)

    def kl_to_prior(self, posterior: GaussianParameters, z: Tensor) -> Tensor:
        """KL(q(z_c | x) || p(z_c)), nats per example, `(batch_size,)`.

        Exact here. A prior without a closed form may return log q(z | x) - log p(z) at z ~ q
        instead, which has the same expectation: -ELBO remains a bound.
        """
        del z
        return gaussian_kl_to_standard(posterior)

    def log_prior(self, z: Tensor) -> Tensor:
        """log p(z_c) = log N(z_c; 0, I), nats, `(batch_size,)`."""
        zeros = tf.zeros_like(z)
        return gaussian_log_prob(z, GaussianParameters(zeros, zeros))

    def log_posterior(self, z: Tensor, posterior: GaussianParameters) -> Tensor:
        """log q(z_c | x), nats, `(batch_size,)`."""
        return gaussian_log_prob(z, posterior)

    def call(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        posterior = self.posterior(features)
        return self.sample(posterior, noise.next_seed(self.seed_generator)), *posterior

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, Any, Any]:
        shape = (*input_shape[:-1], self.latent_dim)
        return shape, shape, shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "latent_dim": self.latent_dim,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "seed": self.seed,
        }
