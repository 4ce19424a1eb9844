"""Philox 4x32-10, a counter-based random number generator, over tensors of counters and keys."""

import tensorflow as tf

from keras_lifelong_vae.types import Tensor

ROUNDS = 10
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)


def philox(counter: Tensor, key: Tensor) -> Tensor:
    """Encrypts each counter with its key; ten rounds of multiplying, crossing over and adding keys.

    `tf.random.stateless_uniform` runs the same algorithm, but with one key for a whole tensor, and
    `tf.vectorized_map` over it becomes a loop over rows: 6 ms for 256 of them, as long as the
    network itself takes. Here every row has a key of its own and all are worked off at once.

    Args:
        counter: uint32, `(..., 4)`.
        key: uint32, `(..., 2)`; its other axes broadcast against those of `counter`.

    Returns:
        uint32, `(..., 4)`, independent and uniform for different counters or keys.

    Reference: Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011, section 3.
    """
    first, second, third, fourth = tf.unstack(counter, axis=-1)
    key_0, key_1 = tf.unstack(key, axis=-1)
    for _ in range(ROUNDS):
        high_0, low_0 = _multiply(first, MULTIPLIERS[0])
        high_1, low_1 = _multiply(third, MULTIPLIERS[1])
        first, third = _xor(high_1, second, key_0), _xor(high_0, fourth, key_1)
        second, fourth = low_1, low_0
        key_0, key_1 = key_0 + KEY_STEPS[0], key_1 + KEY_STEPS[1]
    return tf.stack([first, second, third, fourth], axis=-1)


def _multiply(number: Tensor, multiplier: int) -> tuple[Tensor, Tensor]:
    """The upper and the lower 32 bits of the product."""
    product = tf.cast(number, tf.uint64) * tf.constant(multiplier, tf.uint64)
    shift = tf.constant(32, tf.uint64)
    return tf.cast(tf.bitwise.right_shift(product, shift), tf.uint32), tf.cast(product, tf.uint32)


def _xor(number: Tensor, *others: Tensor) -> Tensor:
    for other in others:
        number = tf.bitwise.bitwise_xor(number, other)
    return number
