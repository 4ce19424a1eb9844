"""Where the codes of each finished task lie: its aggregate posterior, as a few Gaussians."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from sklearn.mixture import GaussianMixture

from keras_lifelong_vae.layers.growth import replace_weight
from keras_lifelong_vae.layers.inverse_cdf import draw_index
from keras_lifelong_vae.types import LatentCode, Tensor

MIN_CODES_PER_COMPONENT = 20
COVARIANCE_FLOOR = 1e-3


class AggregatePosterior(keras.layers.Layer):
    """q(z) = 1/T sum_t sum_c w_tc N(z_c; m_tc, S_tc) Cat(z_d; p_tc) of the T finished tasks.

    A summary of codes: weights, means, covariances and category probabilities of the Gaussians,
    each an average over many images. All tasks weigh alike.

    Args:
        max_tasks: How many tasks there is room for.
        num_components: Gaussians a task.
        latent_dim: Number of dimensions of z_c.
        capacity: Number of categories there is room for.
    """

    def __init__(
        self, max_tasks: int, num_components: int, latent_dim: int, capacity: int, **kwargs: Any
    ) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.num_components = num_components
        self.build((max_tasks * num_components, latent_dim, capacity))

    def build(self, input_shape: Any) -> None:
        rows, latent_dim, capacity = input_shape
        self.mixture_weights = self._zeros("mixture_weights", (rows,))
        self.locs = self._zeros("locs", (rows, latent_dim))
        self.scale_trils = self._zeros("scale_trils", (rows, latent_dim, latent_dim))
        self.category_probs = self._zeros("category_probs", (rows, capacity))
        self.built = True

    def _zeros(self, name: str, shape: tuple[int, ...]) -> keras.Variable:
        return self.add_weight(shape=shape, initializer="zeros", trainable=False, name=name)

    def summarize(
        self,
        task: int,
        continuous: np.ndarray,
        category_probs: np.ndarray,
        num_components: int | None = None,
    ) -> None:
        """Fits the Gaussians of one task to its codes and puts them in their place.

        Args:
            task: Number of the task, from 0.
            continuous: z_c ~ q(z_c | x), `(n, latent_dim)`.
            category_probs: Probabilities of q(z_d | x), `(n, capacity)`.
            num_components: How many Gaussians at most; as many as there is room for if `None`.
        """
        if len(continuous) == 1:  # a covariance takes two
            continuous, category_probs = (
                np.repeat(continuous, 2, 0),
                np.repeat(category_probs, 2, 0),
            )
        most = num_components or self.num_components
        number = max(1, min(most, len(continuous) // MIN_CODES_PER_COMPONENT))
        mixture = GaussianMixture(
            number, reg_covar=COVARIANCE_FLOOR, init_params="k-means++", random_state=task
        ).fit(continuous)
        responsibilities = mixture.predict_proba(continuous)
        probs = responsibilities.T @ category_probs
        values = {
            "mixture_weights": mixture.weights_,
            "locs": mixture.means_,
            "scale_trils": np.linalg.cholesky(mixture.covariances_),
            "category_probs": probs / probs.sum(axis=1, keepdims=True),
        }
        begin = task * self.num_components
        for name, value in values.items():
            weight = getattr(self, name)
            rows = weight.numpy()
            rows[begin : begin + self.num_components] = 0.0
            rows[begin : begin + number] = value
            weight.assign(rows)

    def sample(self, num_samples: Tensor, seed: Tensor, task: int | None = None) -> LatentCode:
        """`num_samples` draws of z, z_d hard: from all tasks alike, or from one."""
        seeds = tf.random.split(tf.cast(seed, tf.int32), 3)
        weights = tf.convert_to_tensor(self.mixture_weights)
        if task is not None:
            own = tf.range(weights.shape[0]) // self.num_components == task
            weights = tf.where(own, weights, 0.0)
        component = draw_index(tf.broadcast_to(weights, (num_samples, weights.shape[0])), seeds[0])
        noise = tf.random.stateless_normal((num_samples, self.locs.shape[1]), seeds[1])
        scale_trils = tf.gather(tf.convert_to_tensor(self.scale_trils), component)
        locs = tf.gather(tf.convert_to_tensor(self.locs), component)
        probs = tf.gather(tf.convert_to_tensor(self.category_probs), component)
        category = tf.one_hot(draw_index(probs, seeds[2]), probs.shape[1])
        return LatentCode(locs + tf.linalg.matvec(scale_trils, noise), category)

    def grow(self, max_tasks: int, capacity: int) -> None:
        """Makes room for more tasks and categories."""
        rows = max_tasks * self.num_components
        for name in ("mixture_weights", "locs", "scale_trils", "category_probs"):
            value = getattr(self, name).numpy()
            padding = [(0, rows - len(value))] + [(0, 0)] * (value.ndim - 1)
            if name == "category_probs":
                padding[1] = (0, capacity - value.shape[1])
            replace_weight(self, name, np.pad(value, padding))
