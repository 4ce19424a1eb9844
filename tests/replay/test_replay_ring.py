"""Rings: the last codes, or the last images, in a fixed amount of memory."""

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.replay import Codes, RecentCodes, Ring


def codes_of(continuous, probs, is_real):
    continuous = np.float32(continuous)
    return Codes(continuous, np.float32(probs), 2 * continuous, np.array(is_real))


def test_the_ring_holds_the_last_real_codes():
    ring = RecentCodes(size=5, latent_dim=1, capacity=2, num_statistics=1)
    for step in range(4):
        values = [[10 * step], [10 * step + 1], [-1.0]]
        ring.remember(codes_of(values, [[0.25, 0.75]] * 3, [True, True, False]))
    codes = ring.collect()
    assert sorted(codes.continuous[:, 0]) == [11, 20, 21, 30, 31]
    np.testing.assert_array_equal(codes.category_probs, [[0.25, 0.75]] * 5)
    np.testing.assert_array_equal(codes.statistics, 2 * codes.continuous)
    assert codes.is_real.all()
    ring.forget()
    assert [len(part) for part in ring.collect()] == [0, 0, 0, 0]


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
    ring = RecentCodes(size=3, latent_dim=1, capacity=1, num_statistics=1)
    ring.remember(codes_of([[5.0]], [[1.0]], [True]))
    ring.grow(capacity=3)
    ring.remember(codes_of([[6.0]], [[0.0, 0.0, 1.0]], [True]))
    continuous, probs, statistics, _ = ring.collect()
    np.testing.assert_array_equal(continuous, [[5.0], [6.0]])
    np.testing.assert_array_equal(probs, [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    np.testing.assert_array_equal(statistics, [[10.0], [12.0]])


def test_a_compiled_step_may_fill_it():
    ring = Ring(4, (1,))
    for jit_compile in (False, True):
        fill = tf.function(ring.remember, jit_compile=jit_compile)
        fill(tf.constant([[1.0], [2.0]]), tf.constant([True, False]))
    np.testing.assert_array_equal(ring.collect(), [[1.0], [1.0]])
