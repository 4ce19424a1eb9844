"""The decoupled latent, q(z_d, z_c | x) = q(z_d | x) q(z_c | x)."""

from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae.layers.gaussian_latent import GaussianLatent
from keras_lifelong_vae.layers.relaxed_categorical_latent import RelaxedCategoricalLatent
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import LatentCode, Posterior, Tensor


@register
class JointLatent(keras.layers.Layer):
    """A Gaussian and a relaxed-categorical head side by side on the same features.

        q(z | x) = q(z_d | x) q(z_c | x),    p(z) = Cat(1 / active_categories) N(0, I)

    Args:
        latent_dim: Number of dimensions of z_c.
        capacity: Number of categories there is room for.
        active_categories: How many of them are active at first; all if `None`.
        temperature: Initial temperature of the relaxation.
        kernel_initializer: Initializer of the projections.
        seed: Seed of the layer's own noise.

    Call arguments:
        features: `(batch_size, num_features)`.
        training: Whether z_d is relaxed (with a gradient) or hard.

    Returns:
        `(LatentCode, Posterior)`.

    Reference: "Lifelong Generative Modeling", arXiv 1705.09847, section "Latent variable".
    """

    def __init__(
        self,
        latent_dim: int,
        capacity: int,
        active_categories: int | None = None,
        temperature: float = 1.0,
        kernel_initializer: Any = "glorot_uniform",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        self.latent_dim = latent_dim
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        shared = {"dtype": self.dtype_policy, "seed": seed}
        self.gaussian = GaussianLatent(
            latent_dim, _derived(self.kernel_initializer, 1), name="gaussian", **shared
        )
        self.categorical = RelaxedCategoricalLatent(
            capacity,
            active_categories,
            temperature,
            _derived(self.kernel_initializer, 2),
            name="categorical",
            **shared,
        )

    def build(self, input_shape: Any) -> None:
        self.gaussian.build(input_shape)
        self.categorical.build(input_shape)

    def posterior(self, features: Tensor) -> Posterior:
        """q(z | x) for `features` `(batch_size, num_features)`."""
        return Posterior(self.gaussian.posterior(features), self.categorical.posterior(features))

    def sample(self, posterior: Posterior, seed: Tensor, training: bool = False) -> LatentCode:
        """One z per row of `posterior`; z_d relaxed if `training`, hard otherwise."""
        seeds = tf.random.split(tf.cast(seed, tf.int32), 2)
        return LatentCode(
            self.gaussian.sample(posterior.gaussian, seeds[0]),
            self.categorical.sample(posterior.logits, seeds[1], training),
        )

    def sample_prior(self, num_samples: Tensor, seed: Tensor) -> LatentCode:
        """`num_samples` draws of z ~ p(z), z_d hard."""
        seeds = tf.random.split(tf.cast(seed, tf.int32), 2)
        logits = self.categorical.prior_logits()
        logits = tf.broadcast_to(logits, (num_samples, self.categorical.capacity))
        return LatentCode(
            tf.random.stateless_normal(
                (num_samples, self.latent_dim), seeds[0], dtype=self.compute_dtype
            ),
            self.categorical.sample(logits, seeds[1]),
        )

    def call(self, features: Tensor, training: bool | None = None) -> tuple[LatentCode, Posterior]:
        posterior = self.posterior(features)
        return self.sample(posterior, self.seed_generator.next(), bool(training)), posterior

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "latent_dim": self.latent_dim,
            "capacity": self.categorical.capacity,
            "active_categories": self.categorical.initially_active,
            "temperature": self.categorical.initial_temperature,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "seed": self.seed,
        }


def _derived(initializer: Any, number: int) -> Any:
    """A fresh initializer of the same kind, so that no two layers draw the same weights."""
    config = initializer.get_config()
    if config.get("seed") is not None:
        config["seed"] += number
    return initializer.__class__.from_config(config)
