"""What the images of each finished task are like, and how unlike all of them another image is."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae.growing_weights import GrowingWeights
from keras_lifelong_vae.likelihoods import Likelihood
from keras_lifelong_vae.novelty.leave_one_out import leave_one_out_log_density
from keras_lifelong_vae.novelty.statistics import (
    DEVIANCE,
    image_statistics,
    num_statistics,
)
from keras_lifelong_vae.novelty.tail import NUM_QUANTILES, log_exceedance, quantiles_of
from keras_lifelong_vae.replay import AggregatePosterior
from keras_lifelong_vae.types import Posterior, Tensor

FARTHEST = 1e30  # nats
NOISE = 2.0  # times the variance of q(z_c | x)


class TypicalSets(keras.layers.Layer):
    """The density of each finished task's `image_statistics`, and quantiles of its values.

        s_k(x) = -log q_k(t(x)),    q_k(t) = sum_c w_kc N(t; m_kc, S_kc)        of task k
        novelty(x) = min_k -log P(s_k(x') > s_k(x)),    x' of task k

    So novelty is 4.6 nats, -log 0.01, for an image that is less typical of every task than all but
    a hundredth of the task's own images are. Both tails count: an image may be too simple, too.

    Args:
        latent_dim: Number of dimensions of z_c.
        max_tasks: How many tasks there is room for.
        num_components: Gaussians a task.

    References: Nalisnick et al., "Detecting Out-of-Distribution Inputs to Deep Generative Models
    Using Typicality", 2019; Morningstar et al., "Density of States Estimation for
    Out-of-Distribution Detection", 2021.
    """

    def __init__(self, latent_dim: int, max_tasks: int, num_components: int, **kwargs: Any) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.latent_dim = latent_dim
        # The same mixtures, of statistics in the place of codes and without categories.
        self.densities = AggregatePosterior(
            max_tasks, num_components, num_statistics(latent_dim), 0, name="densities"
        )
        # Placeholders of tasks to come must increase as quantiles do.
        self.tails = GrowingWeights(
            {"quantiles": _placeholders(max_tasks)}, False, dtype="float32", name="tails"
        )
        self.built = True

    def follow(self, tasks: np.ndarray, before: np.ndarray, after: np.ndarray) -> None:
        """Moves the density of each task as the statistics of the same images have moved.

        m <- m + mean(after - before), and likewise the deviance, in nats. Brightness and variation
        of an image are the same whatever the model.

        Args:
            tasks: Number of each image's task, from 0, `(n,)`.
            before: Statistics of what was replayed, by the teacher that replayed, `(n, d)`.
            after: The same images' by the present student.
        """
        moved = (after - before)[:, : self.latent_dim]
        deviances = np.sinh(after[:, DEVIANCE]) - np.sinh(before[:, DEVIANCE])
        seen, place, numbers = np.unique(tasks, return_inverse=True, return_counts=True)
        shifts = np.zeros((len(seen), self.latent_dim + 1))
        np.add.at(shifts, place, np.column_stack([moved, deviances]))
        shifts = (shifts / numbers[:, None])[:, None]  # alike for all Gaussians of a task
        own, locs = self._rows(seen[:, None]), self.densities.locs.numpy()
        locs[own, : self.latent_dim] += shifts[..., :-1]
        deviance = np.sinh(locs[own, DEVIANCE]) + shifts[..., -1]
        locs[own, DEVIANCE] = np.arcsinh(np.maximum(deviance, 0.0))
        self.densities.locs.assign(locs)

    def summarize(self, task: int, continuous: np.ndarray, statistics: np.ndarray) -> None:
        """Fits the density of one task to the statistics of its images.

        The means of q(z_c | x) are spread by twice its variance, by which two draws from it differ:
        where it is large, a mean may as well lie elsewhere, and does once more has been learned.

        Args:
            task: Number of the task, from 0.
            continuous: z_c ~ q(z_c | x) of its images, `(n, latent_dim)`.
            statistics: Of the same images, `(n, latent_dim + 3)`.
        """
        self.densities.summarize(task, statistics, np.zeros((len(statistics), 0)))
        own = np.intersect1d(self._rows(task), self.densities.rows_in_use())
        noise = np.square(continuous - statistics[:, : self.latent_dim]).mean(axis=0)
        self._spread(own, NOISE * noise)
        weights, locs, scale_trils = (
            weight.numpy()[own].astype("float64")
            for weight in (
                self.densities.mixture_weights,
                self.densities.locs,
                self.densities.scale_trils,
            )
        )
        scores = -leave_one_out_log_density(statistics, weights, locs, scale_trils)
        quantiles = self.tails.quantiles.numpy()
        quantiles[task] = quantiles_of(scores)
        self.tails.quantiles.assign(quantiles)

    def _spread(self, rows: np.ndarray, variances: np.ndarray) -> None:
        scale_trils = self.densities.scale_trils.numpy()
        covariances = scale_trils[rows] @ scale_trils[rows].swapaxes(1, 2)
        covariances[:, range(self.latent_dim), range(self.latent_dim)] += variances
        scale_trils[rows] = np.linalg.cholesky(covariances)
        self.densities.scale_trils.assign(scale_trils)

    def novelty(self, statistics: Tensor) -> Tensor:
        """Nats, at least 0, `(num_rows,)`; NaN as long as no task was finished.

        Args:
            statistics: See `image_statistics`, `(num_rows, latent_dim + 3)`.
        """
        weights = tf.reshape(self.densities.mixture_weights, (-1, self.densities.num_components))
        is_known = tf.reduce_any(weights > 0, axis=1)
        scores = tf.minimum(-self._log_densities(statistics), FARTHEST)
        surprise = -log_exceedance(scores, tf.convert_to_tensor(self.tails.quantiles))
        surprise = tf.where(is_known[:, None], surprise, np.inf)
        least = tf.reduce_min(surprise, axis=0)
        return tf.where(tf.reduce_any(is_known), least, np.nan)

    def novelty_of(
        self, likelihood: Likelihood, images: Tensor, posterior: Posterior, log_prob: Tensor
    ) -> Tensor:
        """`novelty` of images; for the arguments see `image_statistics`."""
        return self.novelty(image_statistics(likelihood, images, posterior, log_prob))

    def grow(self, max_tasks: int) -> None:
        """Makes room for more tasks."""
        self.densities.grow(max_tasks, 0)
        quantiles, larger = self.tails.quantiles.numpy(), _placeholders(max_tasks)
        larger[: len(quantiles)] = quantiles
        self.tails.replace({"quantiles": larger})

    def _rows(self, task: int | np.ndarray) -> np.ndarray:
        return task * self.densities.num_components + np.arange(self.densities.num_components)

    def _log_densities(self, statistics: Tensor) -> Tensor:
        """log q_k(t) of each task, nats, `(max_tasks, num_rows)`."""
        weights, locs, scale_trils = (
            tf.convert_to_tensor(weight)
            for weight in (
                self.densities.mixture_weights,
                self.densities.locs,
                self.densities.scale_trils,
            )
        )
        size = locs.shape[1]
        used = (weights > 0)[:, None, None]
        scale_trils = tf.where(used, scale_trils, tf.eye(size))
        apart = tf.linalg.matrix_transpose(statistics[None] - locs[:, None])
        # Inverted first: a product with many columns takes less time than solving for them.
        inverses = tf.linalg.triangular_solve(scale_trils, tf.eye(size, batch_shape=weights.shape))
        white = inverses @ apart  # (rows, size, num_rows)
        log_dets = tf.reduce_sum(tf.math.log(tf.linalg.diag_part(scale_trils)), axis=1)
        constants = tf.math.log(weights) - log_dets - 0.5 * size * np.log(2.0 * np.pi)
        logs = constants[:, None] - 0.5 * tf.reduce_sum(tf.square(white), axis=1)
        logs = tf.reshape(logs, (-1, self.densities.num_components, tf.shape(statistics)[0]))
        return tf.reduce_logsumexp(logs, axis=1)


def _placeholders(number: int) -> np.ndarray:
    return np.tile(np.arange(NUM_QUANTILES, dtype="float32"), (number, 1))
