"""Hard categorical draws from one uniform number each."""

import tensorflow as tf

from keras_lifelong_vae import noise
from keras_lifelong_vae.types import Tensor


def draw_index(probs: Tensor, seed: Tensor, num_rows: Tensor | None = None) -> Tensor:
    """One index per row of `probs`, `(num_rows,)`, by inverting the row's CDF.

    One number decides a row however many categories there is room for, so that more room changes
    no draw.

    Args:
        probs: `(num_rows, num_categories)`, or `(num_categories,)` for all rows alike; not
            negative, and a row need not sum to 1.
        seed: Of the batch or of each row, see `noise`.
        num_rows: How many indices; as many as `probs` has rows if `None`.
    """
    num_rows = tf.shape(probs)[0] if num_rows is None else num_rows
    uniform = tf.cast(noise.uniform(seed, num_rows), probs.dtype)
    cumulative = tf.cumsum(probs, axis=-1)
    # Compared with `>=` and below the total, so that a category of probability 0 is never drawn.
    beyond = uniform[:, None] * cumulative[..., -1:] >= cumulative
    return tf.reduce_sum(tf.cast(beyond, tf.int32), axis=-1)
