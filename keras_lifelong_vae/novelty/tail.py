"""How often a learned image scores higher: from a few quantiles of its task's scores."""

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.types import Tensor

# Shares of a task's images that score higher than each quantile, and one more beyond the last.
EXCEEDANCES = (0.98, 0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.025, 0.01, 0.005)
TAIL_FROM, BEYOND = 0.05, 0.0005
NUM_QUANTILES = len(EXCEEDANCES) + 1
LOG_EXCEEDANCES = np.log([*EXCEEDANCES, BEYOND]).astype("float32")
LEAST_STEP = 1e-3


def quantiles_of(scores: np.ndarray) -> np.ndarray:
    """The scores that shares `EXCEEDANCES` of `scores` `(n,)` exceed, `(NUM_QUANTILES,)`.

    Increasing. The last one, which too few exceed, lies on the line through the tail: the share
    that exceeds a score falls exponentially there, as in the tails of most distributions.

    Reference: Pickands, "Statistical Inference Using Extreme Order Statistics", 1975.
    """
    found = np.quantile(scores, 1.0 - np.array(EXCEEDANCES))
    found = np.maximum.accumulate(found) + LEAST_STEP * np.arange(len(found))
    begin, end = found[EXCEEDANCES.index(TAIL_FROM)], found[-1]
    decades = np.log(EXCEEDANCES[-1] / BEYOND) / np.log(TAIL_FROM / EXCEEDANCES[-1])
    return np.append(found, end + decades * (end - begin))


def log_exceedance(scores: Tensor, quantiles: Tensor) -> Tensor:
    """log of the share of a task's images that score higher, at most 0.

    Linear in the score between two quantiles, and beyond the last one as before it.

    Args:
        scores: `(num_tasks, num_rows)`.
        quantiles: `(num_tasks, NUM_QUANTILES)`.

    Returns:
        `(num_tasks, num_rows)`.
    """
    inner = quantiles[:, None, 1:-1]
    segment = tf.reduce_sum(tf.cast(scores[:, :, None] >= inner, tf.int32), axis=-1)
    low, high = (tf.gather(quantiles, segment + end, batch_dims=1) for end in (0, 1))
    log_low, log_high = (tf.gather(tf.constant(LOG_EXCEEDANCES), segment + end) for end in (0, 1))
    slope = (log_high - log_low) / (high - low)
    return tf.minimum(log_low + (scores - low) * slope, 0.0)
