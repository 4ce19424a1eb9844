"""Hard categorical draws from one uniform number each."""

import tensorflow as tf

from keras_lifelong_vae.types import Tensor


def draw_index(probs: Tensor, seed: Tensor) -> Tensor:
    """One index per row of `probs`, `(num_rows,)`, by inverting the row's CDF.

    One number decides a row however many categories there is room for, so that more room changes
    no draw.

    Args:
        probs: `(num_rows, num_categories)`, not negative; a row need not sum to 1.
        seed: `(2,)`.
    """
    return invert_cdf(
        probs, tf.random.stateless_uniform((tf.shape(probs)[0],), seed, dtype=probs.dtype)
    )


def invert_cdf(probs: Tensor, uniform: Tensor) -> Tensor:
    """The index at which the CDF of each row of `probs` passes the row's `uniform`.

    Args:
        probs: As in `draw_index`.
        uniform: `(num_rows,)`, in [0, 1).
    """
    cumulative = tf.cumsum(probs, axis=-1)
    # Compared with `>=` and below the total, so that a category of probability 0 is never drawn.
    beyond = uniform[:, None] * cumulative[:, -1:] >= cumulative
    return tf.reduce_sum(tf.cast(beyond, tf.int32), axis=-1)
