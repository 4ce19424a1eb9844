"""How improbable a batch is among the images before it."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.types import Tensor

MIN_BATCH = 32  # images; the mean of fewer is not normal enough
FEWEST = 4  # images of the reference for each number of an image
RIDGE = 1e-6  # of each variance
LEAST = -700.0  # nats, of which float64 knows the exponential


class Moments(NamedTuple):
    """Of how many images, their mean and their covariance; float64.

    Attributes:
        count: `()`.
        mean: `(d,)`.
        covariance: `(d, d)`.
    """

    count: Tensor
    mean: Tensor
    covariance: Tensor


class BatchTest:
    """Hotelling's test that the mean of a batch is that of the images before it.

        T^2 = (1 / n + 1 / N)^-1 (m - M)' S^-1 (m - M),    (N - d) / (d (N - 1)) T^2 ~ F(d, N - d)

    of n images with mean m and a reference of N with mean M and covariance S. It doesn't depend on
    the units of the d numbers of an image. Images of one task are taken to be drawn independently.

    Reference: Hotelling, "The Generalization of Student's Ratio", 1931.
    """

    def __init__(self, size: int) -> None:
        self.size = size

    def can_judge(self, reference: Moments) -> Tensor:
        """Whether the reference has enough images, bool `()`."""
        return tf.cast(reference.count, tf.float64) >= FEWEST * self.size

    def log_p(self, batch: Moments, reference: Moments) -> Tensor:
        """log P(T^2 at least that large | no change), nats, `()`; 0 if that can't be judged."""
        count = tf.maximum(reference.count, self.size + 1.0)
        variances = tf.linalg.diag_part(reference.covariance)
        ridge = tf.linalg.diag(RIDGE * variances + np.finfo("float64").tiny)
        factor = tf.linalg.cholesky(reference.covariance + ridge)
        apart = (batch.mean - reference.mean)[:, None]
        white = tf.linalg.triangular_solve(factor, apart)
        statistic = tf.reduce_sum(tf.square(white)) / (1.0 / batch.count + 1.0 / count)
        # P(F > f) is a regularised incomplete beta function of this.
        share = (count - 1.0) / (count - 1.0 + statistic)
        tail = tf.math.betainc((count - self.size) / 2.0, tf.cast(self.size / 2, tf.float64), share)
        log_tail = tf.maximum(tf.math.log(tail), LEAST)
        return tf.where(self.can_judge(reference), log_tail, 0.0)


def moments_of(features: Tensor) -> Moments:
    """Of the rows of `features` `(n, d)`."""
    count = tf.cast(tf.shape(features)[0], tf.float64)
    mean = tf.reduce_mean(features, axis=0)
    apart = features - mean
    scatter = tf.matmul(apart, apart, transpose_a=True)
    return Moments(count, mean, scatter / tf.maximum(count - 1.0, 1.0))


def pooled(first: Moments, second: Moments, most: Tensor) -> Moments:
    """Of the images of both, in which the first ones count for at most `most` in all."""
    kept = tf.minimum(first.count, tf.maximum(most - second.count, 0.0))
    count = kept + second.count
    apart = second.mean - first.mean
    scatter = first.covariance * tf.maximum(kept - 1.0, 0.0)
    scatter += second.covariance * (second.count - 1.0)
    scatter += apart[:, None] * apart[None, :] * kept * second.count / count
    mean = first.mean + apart * second.count / count
    return Moments(count, mean, scatter / tf.maximum(count - 1.0, 1.0))
