"""Random numbers for the rows of a batch, from one seed for all of them or one for each.

A seed is int32 `(2,)` for a batch, as in `tf.random.stateless_normal`, or int64 `(num_rows,)`, all
64 bits of which count. With a seed of its own a row gets the same noise in whatever batch it is.
"""

import math

import keras
import tensorflow as tf

from keras_lifelong_vae.philox import philox
from keras_lifelong_vae.types import Tensor

WORDS_PER_BLOCK = 4
DRAWS, SEEDS = 0, 1  # the second word of a counter: numbers never come from where seeds do


def next_seed(generator: keras.random.SeedGenerator) -> Tensor:
    """A seed of a batch, int32 `(2,)`: Keras gives int64, which would be a seed for each row."""
    return tf.cast(generator.next(), tf.int32)


def split(seed: Tensor, number: int) -> list[Tensor]:
    """`number` independent seeds of the same kind."""
    if not _of_rows(seed):
        return tf.unstack(tf.random.split(tf.cast(seed, tf.int32), number))
    words = tf.reshape(row_words(seed, WORDS_PER_BLOCK * number, SEEDS), (-1, number, 2, 2))
    return tf.unstack(tf.bitcast(words[:, :, 0], tf.int64), axis=1)


def normal(seed: Tensor, num_rows: Tensor, size: int) -> Tensor:
    """eps ~ N(0, I), `(num_rows, size)`.

        r = sqrt(-2 log u),  eps_1 = r cos(2 pi v),  eps_2 = r sin(2 pi v)        Box-Muller

    For rows, in float64 and rounded: logarithms and cosines of float32 differ in the last bit with
    the place in the batch at which a number stands, because TensorFlow works them off in packets.

    Reference: Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
    """
    if not _of_rows(seed):
        return tf.random.stateless_normal((num_rows, size), tf.cast(seed, tf.int32))
    words = row_words(seed, 2 * math.ceil(size / 2))
    u, v = tf.split((tf.cast(words, tf.float64) + 0.5) * 2.0**-32, 2, axis=1)
    radius, angle = tf.sqrt(-2.0 * tf.math.log(u)), 2.0 * math.pi * v
    both = tf.concat([radius * tf.cos(angle), radius * tf.sin(angle)], axis=1)
    return tf.cast(both[:, :size], tf.float32)


def uniform(seed: Tensor, num_rows: Tensor) -> Tensor:
    """Numbers in [0, 1), `(num_rows,)`."""
    if not _of_rows(seed):
        return tf.random.stateless_uniform((num_rows,), tf.cast(seed, tf.int32))
    # The upper 24 bits: float32 holds them exactly, and never rounds them up to 1.
    return tf.cast(row_words(seed, 1)[:, 0] // 2**8, tf.float32) * 2.0**-24


def row_words(seed: Tensor, number: int, purpose: int = DRAWS) -> Tensor:
    """`number` random words a row, uint32, `(num_rows, number)`; `seed` is int64, `(num_rows,)`."""
    blocks = math.ceil(number / WORDS_PER_BLOCK)
    key = tf.bitcast(seed, tf.uint32)  # (num_rows, 2)
    counter = tf.constant([[block, purpose, 0, 0] for block in range(blocks)], tf.uint32)
    words = _blocks_of(counter, key[:, None])  # (num_rows, blocks, 4)
    return tf.reshape(words, (-1, blocks * WORDS_PER_BLOCK))[:, :number]


# Compiled, so that an export holds its several hundred operations once.
_blocks_of = tf.function(
    philox,
    input_signature=[tf.TensorSpec((None, 4), tf.uint32), tf.TensorSpec((None, 1, 2), tf.uint32)],
    autograph=False,
)


def _of_rows(seed: Tensor) -> bool:
    return seed.dtype == tf.int64
