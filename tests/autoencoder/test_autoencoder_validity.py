import numpy as np
import pytest
import tensorflow as tf

from keras_lifelong_vae.autoencoder.validity import answer, in_range, in_support, is_one_of
from keras_lifelong_vae.likelihoods import Bernoulli, Gaussian
from keras_lifelong_vae.likelihoods.support import REAL, UNIT_INTERVAL

NAN, INF = np.nan, np.inf
BELOW = -np.finfo("float32").tiny  # TensorFlow takes what is smaller still for 0
ABOVE = np.nextafter(np.float32(1.0), np.float32(2.0))


def test_unit_values_are_those_of_0_to_1_to_the_last_bit():
    values = [[0.0, 1.0], [0.5, NAN], [BELOW, 0.5], [ABOVE, 0.5], [INF, 0.5], [0.5, -INF]]
    assert in_support(tf.constant(values), UNIT_INTERVAL).numpy().tolist() == [True] + 5 * [False]


def test_one_bad_value_anywhere_in_an_image_makes_its_row_bad():
    images = np.full((3, 4, 5, 2), 0.5, "float32")
    images[1, 3, 4, 1] = 1.5
    assert in_support(tf.constant(images), UNIT_INTERVAL).numpy().tolist() == [True, False, True]


def test_finite_values_are_any_numbers():
    largest = np.finfo("float32").max
    values = np.float32([[largest, -largest], [NAN, 0.0], [INF, 0.0], [0.0, -INF]])
    assert in_support(tf.constant(values), REAL).numpy().tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("likelihood", "valid"),
    [
        (Bernoulli(), [True, False, False]),
        (Gaussian(), [True, False, False]),
        (Gaussian(support="real"), [True, True, False]),
    ],
)
def test_the_likelihood_says_what_is_good(likelihood, valid):
    values = np.float32([[0.5, 1.0], [-3.0, 40.0], [NAN, 0.5]])
    assert in_support(tf.constant(values), likelihood.support).numpy().tolist() == valid


def test_a_row_without_values_has_no_bad_one():
    assert in_range(tf.zeros((2, 0)), 0.0, 1.0).numpy().tolist() == [True, True]


def test_categories():
    category = tf.constant([-2, -1, 0, 2, 3, 2**40], tf.int64)
    assert is_one_of(category, -1, 3).numpy().tolist() == [False, True, True, True, False, False]
    assert is_one_of(category, 0, 3).numpy().tolist() == [False, False, True, True, False, False]


def test_bad_rows_are_marked_in_every_output():
    outputs = {
        "image": tf.ones((2, 3, 1), tf.bfloat16),
        "nats": tf.ones(2),
        "index": tf.ones(2, tf.int32),
    }
    marked = answer(tf.constant([True, False]), outputs)
    assert [marked[name].dtype for name in outputs] == [tf.float32, tf.float32, tf.int64]
    for name, bad in (("image", NAN), ("nats", NAN), ("index", -1)):
        assert (marked[name][0].numpy() == 1).all()
        np.testing.assert_array_equal(marked[name][1], np.full(outputs[name].shape[1:], bad))
