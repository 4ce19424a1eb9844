"""Where the codes of each finished task lie: its aggregate posterior, as a few Gaussians."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae import distributions as tfd
from keras_lifelong_vae import finite, noise
from keras_lifelong_vae.growing_weights import GrowingWeights
from keras_lifelong_vae.latents.inverse_cdf import draw_index
from keras_lifelong_vae.replay.gaussian_moments import merge_closest, simplex
from keras_lifelong_vae.types import LatentCode, Posterior, Tensor

MIN_CODES_PER_COMPONENT = 20
COVARIANCE_FLOOR = 1e-3
TINY = 1e-9
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
            # TensorFlow crashes if several workers share a variable without values.
            "category_probs": (rows, max(capacity, 1)),
        }
        values = {name: np.zeros(shape, "float32") for name, shape in shapes.items()}
        super().__init__(values, trainable=False, dtype="float32", **kwargs)
        self.num_components = num_components
        self.capacity = capacity

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
        # Imported here, with scikit-learn and SciPy, of which nothing else in training has need.
        from sklearn.mixture import GaussianMixture
        from threadpoolctl import threadpool_limits

        mixture = GaussianMixture(
            number, reg_covar=COVARIANCE_FLOOR, init_params="k-means++", random_state=task
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
        own = task * self.num_components + np.arange(self.num_components)
        self._put(own, {name: np.zeros((1, *getattr(self, name).shape[1:])) for name in values})
        self._put(own[:number], values)

    def rows_in_use(self) -> np.ndarray:
        """The rows that hold a Gaussian."""
        return np.flatnonzero(self.mixture_weights.numpy())

    def bytes_in_use(self) -> int:
        """How many bytes the Gaussians take: 4 (1 + d + d^2 + capacity) each."""
        rows = len(self.rows_in_use())
        return sum(rows * weight.numpy()[0].nbytes for weight in self.weights)

    def merge(self, num_components: int) -> None:
        """Merges Gaussians of each task until it has at most `num_components`."""
        rows = self.rows_in_use()
        numbers, counts = np.unique(rows // self.num_components, return_counts=True)
        values = {name: getattr(self, name).numpy() for name in self.names}
        for task in numbers[counts > num_components]:
            own = rows[rows // self.num_components == task]
            gaussians = {name: value[own] for name, value in values.items()}
            while len(gaussians["mixture_weights"]) > num_components:
                gaussians = merge_closest(gaussians)
            for name, value in gaussians.items():
                values[name][own] = 0.0
                values[name][own[: len(value)]] = value
        for name, value in values.items():
            getattr(self, name).assign(value)

    def cubature(self, rows: np.ndarray, seed: int) -> LatentCode:
        """d + 1 codes of each Gaussian in `rows` that have its mean and covariance, z_d hard."""
        size = self.locs.shape[1]
        scale_trils = self.scale_trils.numpy()[rows]
        apart = simplex(size, np.random.default_rng(seed)) @ scale_trils.swapaxes(1, 2)
        continuous = (self.locs.numpy()[rows][:, None] + apart).reshape(-1, size)
        probs = tf.repeat(self.category_probs.numpy()[rows, : self.capacity], size + 1, axis=0)
        if self.capacity:
            probs = tf.one_hot(draw_index(probs, tf.constant([seed, 0])), self.capacity)
        return LatentCode(tf.constant(continuous, tf.float32), probs)

    def follow(self, rows: np.ndarray, before: Posterior, after: Posterior) -> None:
        """Moves Gaussians as an encoder has moved: by what the codes of the same images did.

            m <- m + m_after - m_before,    L <- A L  with  A = L_after L_before^-1

        An encoder that has not moved leaves them as they are.

        Args:
            rows: Of the Gaussians.
            before: q(z | x) of what is decoded from `cubature(rows)`, by the encoder of before.
            after: The same by the present encoder.
        """
        (loc_before, tril_before, probs_before), (loc_after, tril_after, probs_after) = (
            _moments(posterior, len(rows)) for posterior in (before, after)
        )
        turn = tril_after @ np.linalg.inv(tril_before)
        probs = np.maximum(self.category_probs.numpy()[rows] + probs_after - probs_before, 0.0)
        values = {
            "locs": self.locs.numpy()[rows] + loc_after - loc_before,
            "scale_trils": turn @ self.scale_trils.numpy()[rows],  # triangular as both are
            "category_probs": probs / np.maximum(probs.sum(axis=1, keepdims=True), TINY),
        }
        self._put(rows, values)

    def _put(self, rows: np.ndarray, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            weight = getattr(self, name)
            own = weight.numpy()
            if value.size:  # there is nothing of a latent without categories
                own[rows] = value
            weight.assign(own)

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
        if task is not None:
            wanted = tf.broadcast_to(tf.cast(task, tf.int32), (num_samples,))[:, None]
            own = tf.range(rows)[None] // self.num_components == wanted
            weights = tf.where(own | (wanted == ANY), weights, 0.0)
        if category is not None and self.capacity:
            # One that there is no room for spoils its own row alone, see `validity`.
            place = tf.clip_by_value(category, 0, self.capacity - 1)
            given = tf.gather(tf.transpose(self.category_probs), place)
            given = tf.where((category == ANY)[:, None], 1.0, given + TINY)
            weights *= given
        component = tf.minimum(draw_index(weights, seeds[0], num_samples), rows - 1)
        eps = noise.normal(seeds[1], num_samples, self.locs.shape[1])
        scale_trils = tf.gather(tf.convert_to_tensor(self.scale_trils), component)
        locs = tf.gather(tf.convert_to_tensor(self.locs), component)
        discrete = tf.zeros((num_samples, 0))
        if self.capacity:
            probs = tf.gather(tf.convert_to_tensor(self.category_probs), component)
            discrete = tf.one_hot(draw_index(probs, seeds[2]), self.capacity)
        return LatentCode(locs + tf.linalg.matvec(scale_trils, eps), discrete)

    def log_prob(self, code: LatentCode) -> Tensor:
        """log q(z) at a z with a hard z_d, nats, `(n,)`."""
        continuous, discrete = map(finite.wide, code)
        used = tf.convert_to_tensor(self.mixture_weights) > 0
        weights, locs, scale_trils, category_probs = (
            tf.boolean_mask(tf.convert_to_tensor(getattr(self, name)), used) for name in self.names
        )
        shares = weights / tf.reduce_sum(weights)
        if self.capacity:
            shares *= tf.matmul(discrete, category_probs, transpose_b=True)

        def log_density(gaussian: tuple[Tensor, Tensor]) -> Tensor:
            loc, scale_tril = gaussian
            return tfd.MultivariateNormalTriL(loc, scale_tril).log_prob(continuous)

        # One Gaussian after another: all at once would take memory for every pair.
        log_probs = tf.map_fn(log_density, (locs, scale_trils), fn_output_signature=tf.float32)
        return tf.reduce_logsumexp(tf.math.log(shares) + tf.transpose(log_probs), axis=1)

    def grow(self, max_tasks: int, capacity: int) -> None:
        """Makes room for more tasks and categories."""
        larger = {}
        for name in self.names:
            value = getattr(self, name).numpy()
            padding = [(0, max_tasks * self.num_components - len(value))]
            padding += [(0, 0)] * (value.ndim - 1)
            if name == "category_probs":
                padding[1] = (0, capacity - self.capacity)
            larger[name] = np.pad(value, padding)
        self.replace(larger)
        self.capacity = capacity


def _moments(posterior: Posterior, groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and Cholesky factor of z_c ~ q(z_c | x), and mean q(z_d | x), of equal groups of x."""
    number, size = posterior.gaussian.loc.shape
    shape = (groups, number // groups, size)
    locs = posterior.gaussian.loc.numpy().astype("float64").reshape(shape)
    scales = finite.scale(0.5 * posterior.gaussian.log_var).numpy().reshape(shape)
    loc = locs.mean(axis=1)
    apart = locs - loc[:, None]
    covariances = apart.swapaxes(1, 2) @ apart / shape[1]
    covariances += np.square(scales).mean(axis=1)[:, :, None] * np.eye(size)
    probs = tf.nn.softmax(finite.wide(posterior.logits)).numpy()
    probs = probs.reshape(*shape[:2], probs.shape[1]).mean(axis=1)
    return loc, np.linalg.cholesky(covariances + TINY * np.eye(size)), probs
