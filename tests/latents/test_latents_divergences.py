"""KL divergences against their closed forms, numpy twins and Monte Carlo."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from keras_lifelong_vae.latents.divergences import (
    categorical_kl,
    gaussian_kl,
    gaussian_kl_to_standard,
)
from keras_lifelong_vae.types import GaussianParameters

SHAPE = (3, 4)
finite = st.floats(-3, 3)
gaussians = st.builds(
    GaussianParameters,
    arrays("float64", SHAPE, elements=finite),
    arrays("float64", SHAPE, elements=finite),
)


def numpy_gaussian_kl(first, second):
    v1, v2 = np.exp(first.log_var), np.exp(second.log_var)
    return 0.5 * np.sum(
        second.log_var - first.log_var + (v1 + (first.loc - second.loc) ** 2) / v2 - 1, axis=-1
    )


@settings(deadline=None, max_examples=50)
@given(gaussians, gaussians)
def test_gaussian_kl_is_the_closed_form(first, second):
    result = gaussian_kl(first, second)
    assert result.dtype == tf.float64
    assert result.shape == (3,)
    np.testing.assert_allclose(result, numpy_gaussian_kl(first, second), rtol=1e-9, atol=1e-12)


@settings(deadline=None, max_examples=50)
@given(gaussians)
def test_gaussian_kl_to_itself_is_zero_and_to_the_prior_is_known(posterior):
    np.testing.assert_allclose(gaussian_kl(posterior, posterior), 0.0, atol=1e-12)
    variance = np.exp(posterior.log_var)
    expected = 0.5 * np.sum(variance + posterior.loc**2 - 1 - posterior.log_var, axis=-1)
    np.testing.assert_allclose(gaussian_kl_to_standard(posterior), expected, rtol=1e-9, atol=1e-12)


def test_log_var_is_a_log_variance_not_a_scale():
    # N(0, 4) against N(0, 1): 1/2 (4 - 1 - ln 4)
    posterior = GaussianParameters(np.zeros((1, 1)), np.full((1, 1), np.log(4.0)))
    np.testing.assert_allclose(gaussian_kl_to_standard(posterior), [1.5 - np.log(2.0)], rtol=1e-12)


@settings(deadline=None, max_examples=50)
@given(arrays("float64", SHAPE, elements=finite), arrays("float64", SHAPE, elements=finite))
def test_categorical_kl_is_the_closed_form(first, second):
    p = np.exp(first) / np.exp(first).sum(-1, keepdims=True)
    q = np.exp(second) / np.exp(second).sum(-1, keepdims=True)
    expected = np.sum(p * np.log(p / q), axis=-1)
    np.testing.assert_allclose(categorical_kl(first, second), expected, rtol=1e-9, atol=1e-12)


def test_categories_the_first_does_not_have_contribute_nothing():
    two_of_three = np.array([[0.0, 0.0, -1e9]])
    three = np.array([[1.0, 1.0, 1.0]])
    # KL((1/2, 1/2, 0) || (1/3, 1/3, 1/3)) = ln 3 - ln 2
    np.testing.assert_allclose(categorical_kl(two_of_three, three), [np.log(1.5)], rtol=1e-12)


def test_categorical_kl_to_the_uniform_prior_has_its_bound():
    certain = np.array([[50.0, 0.0, 0.0, 0.0]])
    np.testing.assert_allclose(categorical_kl(certain, np.zeros(4)), [np.log(4.0)], rtol=1e-12)


@pytest.mark.parametrize("shift", [0.5, -0.5])
def test_gradient_pulls_the_first_towards_the_second(shift):
    loc = tf.Variable(np.zeros((1, 2)) + shift)
    with tf.GradientTape() as tape:
        loss = gaussian_kl_to_standard(GaussianParameters(loc, np.zeros((1, 2))))
    np.testing.assert_allclose(tape.gradient(loss, loc), np.full((1, 2), shift), rtol=1e-12)
