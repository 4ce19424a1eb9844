"""The generator against its published vectors and against TensorFlow's own kernel."""

import numpy as np
import pytest
import tensorflow as tf

from keras_lifelong_vae.philox import philox

PHILOX = 1  # TensorFlow's number of the algorithm


# Published with the algorithm, in the file kat_vectors of Random123.
@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ([0] * 4, [0] * 2, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([2**32 - 1] * 4, [2**32 - 1] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            [0xA4093822, 0x299F31D0],
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_known_answers(counter, key, expected):
    words = philox(tf.constant(counter, tf.uint32), tf.constant(key, tf.uint32))
    assert words.dtype == tf.uint32
    assert words.numpy().tolist() == expected


def test_every_row_is_what_the_kernel_of_tensorflow_makes_of_its_key():
    keys = np.random.default_rng(0).integers(0, 2**64, 20, dtype="uint64")
    counter = tf.constant([[block, 0, 0, 0] for block in range(3)], tf.uint32)
    words = philox(counter, tf.bitcast(keys, tf.uint32)[:, None])
    assert words.shape == (20, 3, 4)
    for key, row in zip(keys, words, strict=True):
        kernel = tf.raw_ops.StatelessRandomUniformFullIntV2(
            shape=[12], key=[key], counter=tf.zeros(2, tf.uint64), alg=PHILOX, dtype=tf.uint32
        )
        np.testing.assert_array_equal(tf.reshape(row, [-1]), kernel)
