"""KL divergences against their closed forms, numpy twins and Monte Carlo."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from keras_lifelong_vae.latents.divergences import (
    categorical_kl,
    gaussian_kl,
    gaussian_kl_to_standard,
)
from keras_lifelong_vae.types import GaussianParameters

tfd = tfp.distributions
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


def twin(first, second):
    """The plain formula, as it overflows."""
    normals = [tfd.Normal(one.loc, tf.exp(0.5 * one.log_var)) for one in (first, second)]
    return tf.reduce_sum(tfd.kl_divergence(*normals), axis=-1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_of_ordinary_gaussians_no_bit_differs_from_the_plain_formula(dtype):
    rng = np.random.default_rng(0)
    inputs = [tf.Variable(rng.uniform(-10, 10, (50, 14)), dtype=dtype) for _ in range(4)]
    with tf.GradientTape(persistent=True) as tape:
        pair = GaussianParameters(*inputs[:2]), GaussianParameters(*inputs[2:])
        found, plain = gaussian_kl(*pair), twin(*pair)
    np.testing.assert_array_equal(found, plain)
    for one, other in zip(tape.gradient(found, inputs), tape.gradient(plain, inputs), strict=True):
        np.testing.assert_array_equal(one, other)


def along(log_vars, dtype, of_second=False):
    """The KL between N(0, exp(log_var)) and N(0, 1), either way round, and its gradient."""
    log_var = tf.Variable(np.reshape(log_vars, (-1, 1)), dtype=dtype)
    zeros = tf.zeros_like(log_var)
    pair = GaussianParameters(zeros, log_var), GaussianParameters(zeros, zeros)
    with tf.GradientTape() as tape:
        kl = gaussian_kl(*(pair[::-1] if of_second else pair))
    return kl.numpy(), tape.gradient(kl, log_var).numpy()[:, 0]


@pytest.mark.parametrize("of_second", [False, True])
@pytest.mark.parametrize(("dtype", "limit"), [("float32", 29.0), ("float64", 69.0)])
def test_the_kl_is_the_closed_form_up_to_the_bounds_of_a_scale(dtype, limit, of_second):
    log_vars = np.linspace(-limit, limit, 59)
    ratio = -log_vars if of_second else log_vars
    kl, _ = along(log_vars, dtype, of_second)
    np.testing.assert_allclose(kl, 0.5 * (np.expm1(ratio) - ratio), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("of_second", [False, True])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_the_kl_rises_on_both_sides_and_its_gradient_leads_back(dtype, of_second):
    log_vars = np.array([-1e4, -1e3, -60, -20, -10, -1, 1, 10, 20, 60, 1e3, 1e4])
    kl, gradient = along(log_vars, dtype, of_second)
    assert np.all(np.diff(kl[:6]) <= 0)
    assert np.all(np.diff(kl[6:]) >= 0)
    ends = sorted((kl[0], kl[-1]))
    assert ends[0] > 14  # (29.1 - 1) / 2: one side is linear
    assert ends[1] > 1e12  # exp(29.1) / 2: and one exponential
    np.testing.assert_array_equal(np.sign(gradient.astype("float64")), np.sign(log_vars))
