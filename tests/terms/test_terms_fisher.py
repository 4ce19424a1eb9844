"""The Fisher information of toy models whose own is known."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_lifelong_vae.terms.fisher import fisher_function


def test_of_a_gaussian_mean_is_the_inverse_variance():
    """x ~ N(w, v): E[(d/dw log p)^2] = E[(x - w)^2] / v^2, 1 / v where x has variance v."""
    w, v = tf.Variable([0.5]), 4.0
    x = 0.5 + 2.0 * np.array([[-1.0], [1.0], [-1.0], [1.0]], "float32")
    (fisher,) = fisher_function(lambda one, i: tf.reduce_sum((one - w) ** 2) / (2 * v), [w])(x)
    np.testing.assert_allclose(fisher, [1 / v], rtol=1e-6)


def test_of_a_bernoulli_logit_is_p_times_1_minus_p():
    """x ~ Ber(sigmoid(w)): E[(x - p)^2] = p (1 - p) where x is 1 with frequency p."""
    w = tf.Variable(np.log([0.25 / 0.75]).astype("float32"))
    x = np.array([[1.0], [0.0], [0.0], [0.0]], "float32")

    def loss(one, i):
        return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=one, logits=w))

    (fisher,) = fisher_function(loss, [w])(x)
    np.testing.assert_allclose(fisher, [0.25 * 0.75], rtol=1e-6)


@settings(deadline=None, max_examples=10, derandomize=True)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=6))
def test_squares_each_gradient_and_not_their_mean(numbers):
    x = np.array(numbers, "float32")[:, None]
    w = tf.Variable([1.0])
    (fisher,) = fisher_function(lambda one, i: tf.reduce_sum(w * one), [w])(x)
    np.testing.assert_allclose(fisher, [np.mean(x**2)], rtol=1e-5)


def test_a_weight_without_influence_has_none():
    w, idle = tf.Variable([1.0]), tf.Variable([[2.0, 3.0]])
    x = np.ones((2, 1), "float32")
    fisher = fisher_function(lambda one, i: tf.reduce_sum(w * one), [w, idle])(x)
    np.testing.assert_array_equal(fisher[1], [[0.0, 0.0]])


def test_of_a_gradient_that_has_no_square_it_is_large_and_a_penalty_of_it_finite():
    w = tf.Variable([1.0])
    x = np.full((2, 1), 1e30, "float32")
    (fisher,) = fisher_function(lambda one, i: tf.reduce_sum(w * one), [w])(x)
    assert 1e20 < fisher[0] < fisher[0] * 1e4**2 < np.inf


def test_every_example_has_its_own_number():
    w = tf.Variable([1.0])
    loss = lambda one, i: tf.reduce_sum(w) * tf.cast(i, tf.float32)  # noqa: E731
    (fisher,) = fisher_function(loss, [w])(np.ones((3, 1), "float32"))
    np.testing.assert_allclose(fisher, [(0 + 1 + 4) / 3], rtol=1e-6)


def test_no_examples_are_an_error():
    with pytest.raises(ValueError, match="`examples` must hold at least one example"):
        fisher_function(lambda one, i: 0.0, [])(np.ones((0, 1)))
