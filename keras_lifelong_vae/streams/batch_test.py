"""How improbable a batch is among the images before it."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.types import Tensor

MIN_BATCH = 32  # images; the mean of fewer is not normal enough
FEWEST = 8  # images of the reference for each number of an image
RIDGE = 1e-6  # of each variance
LEAST = -700.0  # nats, of which float64 knows the exponential


class Moments(NamedTuple):
    """Of how many images, and what they are like; float64.

    Attributes:
        count: `()`.
        mean: `(d,)`.
        covariance: `(d, d)`.
        kurtosis: Mardia's, in units of that of normally distributed numbers, `()`.
    """

    count: Tensor
    mean: Tensor
    covariance: Tensor
    kurtosis: Tensor


class BatchTest:
    """Hotelling's test that the mean of a batch is that of the images before it.

        T^2 = (1 / n + 1 / N)^-1 (m - M)' S^-1 (m - M)
        (N - d) / (d (N - 1)) T^2 ~ F(d / a, N - d),    a = 1 + (d + 2) (k - 1) / 2 n

    of n images with mean m and a reference of N with mean M and covariance S. Where images lie far
    out more often than normal ones, k > 1, T^2 varies more by the factor a. The units of the d
    numbers of an image don't matter. Images of one task are taken to be drawn independently.

    References: Hotelling, "The Generalization of Student's Ratio", 1931; Mardia, "Measures of
    Multivariate Skewness and Kurtosis with Applications", 1970.
    """

    def __init__(self, size: int) -> None:
        self.size = size

    def can_judge(self, reference: Moments) -> Tensor:
        """Whether the reference has enough images, bool `()`."""
        return tf.cast(reference.count, tf.float64) >= FEWEST * self.size

    def log_p(self, features: Tensor, reference: Moments) -> tuple[Tensor, Moments]:
        """log P(T^2 at least that large | no change), nats, `()`; 0 if that can't be judged.

        And what the batch is like, with a kurtosis as seen from the reference.

        Args:
            features: Of the batch, `(n, d)`.
            reference: Of the images before it.
        """
        batch, size = moments_of(features), self.size
        count = tf.maximum(reference.count, size + 5.0)
        white = _whitened(features, reference)
        squares = tf.square(tf.reduce_sum(tf.square(white), axis=1))
        normal = tf.square(count - 1.0 / count) * size * (size + 2.0)
        normal /= (count - size - 2.0) * (count - size - 4.0)
        can_judge = self.can_judge(reference)
        kurtosis = tf.where(can_judge, tf.reduce_mean(squares) / normal, 1.0)
        statistic = tf.reduce_sum(tf.square(tf.reduce_mean(white, axis=0)))
        statistic /= 1.0 / batch.count + 1.0 / count
        spread = 1.0 + (size + 2.0) * tf.maximum(reference.kurtosis - 1.0, 0.0) / (2 * batch.count)
        # P(F > f) is a regularised incomplete beta function of this.
        share = (count - 1.0) / (count - 1.0 + statistic / spread)
        tail = tf.math.betainc((count - size) / 2.0, size / (2.0 * spread), share)
        log_tail = tf.maximum(tf.math.log(tail), LEAST)
        return tf.where(can_judge, log_tail, 0.0), batch._replace(kurtosis=kurtosis)


def squared_distance(first: Moments, second: Moments) -> float:
    """Mahalanobis's between both means, in squared standard deviations within both."""
    within = (np.asarray(first.covariance) + np.asarray(second.covariance)) / 2.0
    variances = np.diag(within)
    apart = np.asarray(second.mean) - np.asarray(first.mean)
    ridge = np.diag(RIDGE * variances + np.finfo("float64").tiny)
    return float(apart @ np.linalg.solve(within + ridge, apart))


def _whitened(features: Tensor, reference: Moments) -> Tensor:
    variances = tf.linalg.diag_part(reference.covariance)
    ridge = tf.linalg.diag(RIDGE * variances + np.finfo("float64").tiny)
    factor = tf.linalg.cholesky(reference.covariance + ridge)
    apart = tf.transpose(features - reference.mean)
    return tf.transpose(tf.linalg.triangular_solve(factor, apart))


def moments_of(features: Tensor) -> Moments:
    """Of the rows of `features` `(n, d)`, with the kurtosis of normal ones."""
    count = tf.cast(tf.shape(features)[0], tf.float64)
    mean = tf.reduce_mean(features, axis=0)
    apart = features - mean
    scatter = tf.matmul(apart, apart, transpose_a=True)
    one = tf.ones((), tf.float64)
    return Moments(count, mean, scatter / tf.maximum(count - 1.0, 1.0), one)


def pooled(first: Moments, second: Moments, most: Tensor) -> Moments:
    """Of the images of both, in which the first ones count for at most `most` in all."""
    kept = tf.minimum(first.count, tf.maximum(most - second.count, 0.0))
    count = kept + second.count
    apart = second.mean - first.mean
    scatter = first.covariance * tf.maximum(kept - 1.0, 0.0)
    scatter += second.covariance * (second.count - 1.0)
    scatter += apart[:, None] * apart[None, :] * kept * second.count / count
    share = second.count / count
    mean = first.mean + apart * share
    kurtosis = (1.0 - share) * first.kurtosis + share * second.kurtosis
    return Moments(count, mean, scatter / tf.maximum(count - 1.0, 1.0), kurtosis)
