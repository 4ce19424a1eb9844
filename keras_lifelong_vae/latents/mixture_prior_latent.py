"""A Gaussian latent with a prior that is learned: a mixture of Gaussians."""

from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae import finite, noise
from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.latents.divergences import gaussian_log_prob
from keras_lifelong_vae.latents.gaussian_latent import GaussianLatent
from keras_lifelong_vae.latents.inverse_cdf import draw_index
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import GaussianParameters, Tensor


@register
class MixturePriorLatent(GaussianLatent):
    """q(z_c | x) = N(loc, exp(log_var)) with p(z_c) = sum_m w_m N(m_m, S_m), which is learned.

    KL(q || p) has no closed form: it is estimated by log q(z | x) - log p(z) at z ~ q(z | x).

    Args:
        latent_dim: Number of dimensions of z_c.
        num_components: Number of Gaussians, each diagonal.
        **kwargs: Of `GaussianLatent`.

    Reference: Tomczak and Welling, "VAE with a VampPrior", 2018, section 3 (mixture of Gaussians).
    """

    def __init__(self, latent_dim: int, num_components: int = 10, **kwargs: Any) -> None:
        super().__init__(latent_dim, **kwargs)
        self.num_components = check_positive_int(num_components, "num_components")

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        shape = (self.num_components, self.latent_dim)
        spread = keras.initializers.RandomNormal(stddev=1.0, seed=self.seed)
        self.prior_logits = self.add_weight(shape=shape[:1], initializer="zeros", name="logits")
        self.prior_locs = self.add_weight(shape=shape, initializer=spread, name="prior_locs")
        self.prior_log_vars = self.add_weight(shape=shape, initializer="zeros", name="log_vars")

    def sample_prior(self, num_samples: Tensor, seed: Tensor) -> Tensor:
        seeds = noise.split(seed, 2)
        log_weights, components = self._prior()
        weights = tf.broadcast_to(tf.exp(log_weights), (num_samples, self.num_components))
        component = draw_index(weights, seeds[0])
        drawn = GaussianParameters(*(tf.gather(one, component) for one in components))
        return self.sample(drawn, seeds[1])

    def kl_to_prior(self, posterior: GaussianParameters, z: Tensor) -> Tensor:
        return self.log_posterior(z, posterior) - self.log_prior(z)

    def log_prior(self, z: Tensor) -> Tensor:
        log_weights, components = self._prior()
        log_probs = gaussian_log_prob(z[:, None], components)  # (batch_size, num_components)
        return tf.reduce_logsumexp(log_weights + log_probs, axis=-1)

    def _prior(self) -> tuple[Tensor, GaussianParameters]:
        """log w, `(num_components,)`, and the Gaussians, each `(num_components, latent_dim)`."""
        weights = (self.prior_logits, self.prior_locs, self.prior_log_vars)
        logits, *components = (tf.cast(weight, self.compute_dtype) for weight in weights)
        return tf.nn.log_softmax(finite.wide(logits)), GaussianParameters(*components)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_components": self.num_components}
