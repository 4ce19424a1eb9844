"""Rings: the last codes, or the last images, in a fixed amount of memory."""

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.replay import RecentCodes, Ring


def test_the_ring_holds_the_last_real_codes():
    ring = RecentCodes(size=5, latent_dim=1, capacity=2)
    for step in range(4):
        values = np.float32([[10 * step], [10 * step + 1], [-1.0]])
        ring.remember(values, np.float32([[0.25, 0.75]] * 3), np.array([True, True, False]))
    codes, probs = ring.collect()
    assert sorted(codes[:, 0]) == [11, 20, 21, 30, 31]
    np.testing.assert_array_equal(probs, [[0.25, 0.75]] * 5)
    ring.forget()
    assert len(ring.collect()[0]) == 0


def test_a_ring_that_is_not_full_has_what_it_was_given():
    ring = Ring(5, (2, 1))
    rows = np.arange(6, dtype="float32").reshape(3, 2, 1)
    ring.remember(rows, np.array([True, False, True]))
    np.testing.assert_array_equal(ring.collect(), rows[[0, 2]])


def test_a_batch_larger_than_the_ring_leaves_rows_of_its_own():
    ring = Ring(2, (1,))
    ring.remember(np.float32([[0], [1]]), np.array([True, True]))
    ring.remember(np.arange(10, 17, dtype="float32")[:, None], np.ones(7, bool))
    assert int(ring.count) == 9
    assert set(ring.collect()[:, 0]) <= set(range(10, 17))


def test_a_wider_row_keeps_what_it_had():
    codes = RecentCodes(size=3, latent_dim=1, capacity=1)
    codes.remember(np.float32([[5.0]]), np.float32([[1.0]]), np.array([True]))
    codes.grow(capacity=3)
    codes.remember(np.float32([[6.0]]), np.float32([[0.0, 0.0, 1.0]]), np.array([True]))
    continuous, probs = codes.collect()
    np.testing.assert_array_equal(continuous, [[5.0], [6.0]])
    np.testing.assert_array_equal(probs, [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])


def test_a_compiled_step_may_fill_it():
    ring = Ring(4, (1,))
    for jit_compile in (False, True):
        fill = tf.function(ring.remember, jit_compile=jit_compile)
        fill(tf.constant([[1.0], [2.0]]), tf.constant([True, False]))
    np.testing.assert_array_equal(ring.collect(), [[1.0], [1.0]])
