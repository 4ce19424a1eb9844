"""Where the codes of each finished task lie: its aggregate posterior, as a few Gaussians."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from keras_lifelong_vae import noise
from keras_lifelong_vae.growing_weights import GrowingWeights
from keras_lifelong_vae.latents.inverse_cdf import draw_index
from keras_lifelong_vae.types import LatentCode, Tensor

MIN_CODES_PER_COMPONENT = 20
COVARIANCE_FLOOR = 1e-3
TINY = 1e-9
MIN_WEIGHT = 1e-3  # of a Gaussian that the next fit may set out from
ANY = -1


class AggregatePosterior(GrowingWeights):
    """q(z) = 1/T sum_t sum_c w_tc N(z_c; m_tc, S_tc) Cat(z_d; p_tc) of the T finished tasks.

    A summary of codes: weights, means, covariances and category probabilities of the Gaussians,
    each an average over many images. All tasks weigh alike.

    Args:
        max_tasks: How many tasks there is room for.
        num_components: Gaussians a task.
        latent_dim: Number of dimensions of z_c.
        capacity: Number of categories there is room for.
    """

    mixture_weights: keras.Variable
    locs: keras.Variable
    scale_trils: keras.Variable
    category_probs: keras.Variable

    def __init__(
        self, max_tasks: int, num_components: int, latent_dim: int, capacity: int, **kwargs: Any
    ) -> None:
        rows = max_tasks * num_components
        shapes = {
            "mixture_weights": (rows,),
            "locs": (rows, latent_dim),
            "scale_trils": (rows, latent_dim, latent_dim),
            "category_probs": (rows, capacity),
        }
        values = {name: np.zeros(shape, "float32") for name, shape in shapes.items()}
        super().__init__(values, trainable=False, dtype="float32", **kwargs)
        self.num_components = num_components

    @property
    def max_tasks(self) -> int:
        """How many tasks there is room for."""
        return int(self.mixture_weights.shape[0]) // self.num_components

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
            number,
            reg_covar=COVARIANCE_FLOOR,
            init_params="k-means++",
            random_state=task,
            **self._present_fit(task, number),
        )
        with threadpool_limits(1):  # the matrices are small: more threads only wait for each other
            mixture.fit(continuous)
        responsibilities = mixture.predict_proba(continuous)
        probs = responsibilities.T @ category_probs
        values = {
            "mixture_weights": mixture.weights_,
            "locs": mixture.means_,
            "scale_trils": np.linalg.cholesky(mixture.covariances_),
            "category_probs": probs / np.maximum(probs.sum(axis=1, keepdims=True), TINY),
        }
        begin = task * self.num_components
        for name, value in values.items():
            weight = getattr(self, name)
            rows = weight.numpy()
            rows[begin : begin + self.num_components] = 0.0
            rows[begin : begin + number] = value
            weight.assign(rows)

    def _present_fit(self, task: int, number: int) -> dict[str, np.ndarray]:
        """The task's Gaussians, from which its next fit sets out, if there are as many."""
        rows = slice(task * self.num_components, task * self.num_components + number)
        weights = self.mixture_weights.numpy().astype("float64")[rows]
        if not np.isclose(weights.sum(), 1.0) or weights.min() < MIN_WEIGHT:
            return {}
        scale_trils = self.scale_trils.numpy().astype("float64")[rows]
        precisions = np.linalg.inv(scale_trils @ scale_trils.swapaxes(1, 2))
        return {
            "weights_init": weights / weights.sum(),
            "means_init": self.locs.numpy()[rows],
            "precisions_init": (precisions + precisions.swapaxes(1, 2)) / 2,
        }

    def sample(
        self,
        num_samples: Tensor,
        seed: Tensor,
        task: Tensor | None = None,
        category: Tensor | None = None,
    ) -> LatentCode:
        """`num_samples` draws of z, z_d hard.

        Args:
            num_samples: How many.
            seed: Of the batch or of each draw, see `noise`.
            task: Task of each draw `(num_samples,)` or of all, -1 for any; any if `None`.
            category: z_d of each draw, -1 for any: z_c is drawn from q(z_c | z_d) then.
        """
        seeds = noise.split(seed, 3)
        weights = tf.convert_to_tensor(self.mixture_weights)
        rows = weights.shape[0]
        weights = tf.broadcast_to(weights, (num_samples, rows))
        if task is not None:
            wanted = tf.reshape(tf.cast(task, tf.int32), (-1, 1))
            own = tf.range(rows)[None] // self.num_components == wanted
            weights = tf.where(own | (wanted == ANY), weights, 0.0)
        if category is not None and self.category_probs.shape[1]:
            # One that there is no room for spoils its own row alone, see `validity`.
            place = tf.clip_by_value(category, 0, self.category_probs.shape[1] - 1)
            given = tf.gather(tf.transpose(self.category_probs), place)
            given = tf.where((category == ANY)[:, None], 1.0, given + TINY)
            weights *= given
        component = tf.minimum(draw_index(weights, seeds[0]), rows - 1)
        eps = noise.normal(seeds[1], num_samples, self.locs.shape[1])
        scale_trils = tf.gather(tf.convert_to_tensor(self.scale_trils), component)
        locs = tf.gather(tf.convert_to_tensor(self.locs), component)
        probs = tf.gather(tf.convert_to_tensor(self.category_probs), component)
        if not probs.shape[1]:
            return LatentCode(locs + tf.linalg.matvec(scale_trils, eps), probs)
        discrete = tf.one_hot(draw_index(probs, seeds[2]), probs.shape[1])
        return LatentCode(locs + tf.linalg.matvec(scale_trils, eps), discrete)

    def grow(self, max_tasks: int, capacity: int) -> None:
        """Makes room for more tasks and categories."""
        larger = {}
        for name in self.names:
            value = getattr(self, name).numpy()
            padding = [(0, max_tasks * self.num_components - len(value))]
            padding += [(0, 0)] * (value.ndim - 1)
            if name == "category_probs":
                padding[1] = (0, capacity - value.shape[1])
            larger[name] = np.pad(value, padding)
        self.replace(larger)
