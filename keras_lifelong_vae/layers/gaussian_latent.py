"""The continuous latent head, q(z_c | x) = N(loc, diag(exp(log_var)))."""

from typing import Any

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import GaussianParameters, Tensor

tfd = tfp.distributions


@register
class GaussianLatent(keras.layers.Layer):
    """Maps features to a diagonal Gaussian and draws from it by reparameterisation.

        z = loc + exp(log_var / 2) * eps,    eps ~ N(0, I)

    Computes in float32 whatever the global dtype policy: KL terms need the precision.

    Args:
        latent_dim: Number of dimensions of z_c.
        kernel_initializer: Initializer of both projections.
        seed: Seed of the layer's own noise.

    Call arguments:
        features: `(batch_size, num_features)`.

    Returns:
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
        """One z_c per row of `posterior`, `(batch_size, latent_dim)`; `seed` has shape `(2,)`."""
        scale = tf.exp(0.5 * posterior.log_var)
        return tfd.Normal(posterior.loc, scale).sample(seed=tf.cast(seed, tf.int32))

    def call(self, features: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        posterior = self.posterior(features)
        return self.sample(posterior, self.seed_generator.next()), *posterior

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
