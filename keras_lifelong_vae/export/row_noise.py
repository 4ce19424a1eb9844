"""Noise of each row from that row's own seed, whatever batch the row is in."""

import math
from typing import NamedTuple

import tensorflow as tf

from keras_lifelong_vae.export.philox import philox
from keras_lifelong_vae.types import Tensor

WORDS_PER_BLOCK = 4


class RowNoise(NamedTuple):
    """eps ~ N(0, I), `(num_rows, latent_dim)`, and numbers in [0, 1), `(num_rows,)`."""

    normal: Tensor
    uniform: Tensor


def row_noise(seed: Tensor, latent_dim: int) -> RowNoise:
    """What it takes to draw one z per row: numbers for z_c and one for z_d.

        r = sqrt(-2 log u),  eps_1 = r cos(2 pi v),  eps_2 = r sin(2 pi v)        Box-Muller

    Computed in float64 and rounded: logarithms and cosines of float32 differ in the last bit with
    the place in the batch at which a number stands, because TensorFlow works them off in packets.

    Args:
        seed: int64, `(num_rows,)`, any values; all 64 bits count.
        latent_dim: Numbers of z_c.

    Reference: Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
    """
    pairs = math.ceil(latent_dim / 2)
    words = row_words(seed, 1 + 2 * pairs)
    # The upper 24 bits: float32 holds them exactly, and never rounds them up to 1.
    uniform = tf.cast(words[:, 0] // 2**8, tf.float32) * 2.0**-24
    u, v = tf.split((tf.cast(words[:, 1:], tf.float64) + 0.5) * 2.0**-32, 2, axis=1)
    radius, angle = tf.sqrt(-2.0 * tf.math.log(u)), 2.0 * math.pi * v
    normal = tf.concat([radius * tf.cos(angle), radius * tf.sin(angle)], axis=1)
    return RowNoise(tf.cast(normal[:, :latent_dim], tf.float32), uniform)


def row_words(seed: Tensor, number: int) -> Tensor:
    """`number` random words a row, uint32, `(num_rows, number)`; `seed` is int64, `(num_rows,)`."""
    blocks = math.ceil(number / WORDS_PER_BLOCK)
    key = tf.bitcast(seed, tf.uint32)  # (num_rows, 2)
    counter = tf.constant([[block, 0, 0, 0] for block in range(blocks)], tf.uint32)
    words = philox(counter, key[:, None])  # (num_rows, blocks, 4)
    return tf.reshape(words, (-1, blocks * WORDS_PER_BLOCK))[:, :number]
