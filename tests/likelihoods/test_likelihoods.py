"""Likelihoods against scipy, their own samples and each other."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from scipy.special import expit
from scipy.stats import logistic, norm

from keras_lifelong_vae import likelihoods
from keras_lifelong_vae.likelihoods.gaussian import MIN_SCALE

rng = np.random.default_rng(0)
IMAGES = (rng.integers(0, 256, size=(4, 3, 3, 2)) / 255).astype("float32")
DECODED = rng.normal(size=IMAGES.shape).astype("float32")
SEED = tf.constant([1, 2])
NAMES = ("bernoulli", "gaussian", "discretized_logistic")


def built(name):
    likelihood = likelihoods.get(name)
    likelihood(DECODED)
    return likelihood


def summed(values):
    return values.reshape(len(values), -1).sum(axis=1)


def test_bernoulli_on_grey_levels_is_the_cross_entropy():
    m = expit(DECODED.astype("float64"))
    expected = summed(IMAGES * np.log(m) + (1 - IMAGES) * np.log(1 - m))
    np.testing.assert_allclose(built("bernoulli").log_prob(IMAGES, DECODED), expected, rtol=1e-5)


def test_bernoulli_on_binary_data_is_tfp():
    binary = np.round(IMAGES)
    expected = tfp.distributions.Bernoulli(logits=DECODED).log_prob(binary)
    result = built("bernoulli").log_prob(binary, DECODED)
    np.testing.assert_allclose(result, summed(expected.numpy()), rtol=1e-5)


def test_bernoulli_stays_finite_for_extreme_logits():
    extreme = np.full((1, 1), 1e4, "float32")
    np.testing.assert_allclose(built("bernoulli").log_prob(np.zeros((1, 1)), extreme), [-1e4])


def test_gaussian_is_scipy():
    likelihood = built("gaussian")
    likelihood.log_scale.assign(np.log([0.05, 0.2]))
    scale = MIN_SCALE + np.array([0.05, 0.2])
    expected = summed(norm(expit(DECODED.astype("float64")), scale).logpdf(IMAGES))
    np.testing.assert_allclose(likelihood.log_prob(IMAGES, DECODED), expected, rtol=1e-5)


def test_discretized_logistic_is_scipy():
    likelihood = built("discretized_logistic")
    levels = np.round(255 * IMAGES.astype("float64"))
    levels[0, 0, 0], levels[1, 0, 0] = 0.0, 255.0
    distribution = logistic(255 * expit(DECODED.astype("float64")), 25.5)
    upper = np.where(levels == 255, 1.0, distribution.cdf(levels + 0.5))
    lower = np.where(levels == 0, 0.0, distribution.cdf(levels - 0.5))
    result = likelihood.log_prob((levels / 255).astype("float32"), DECODED)
    np.testing.assert_allclose(result, summed(np.log(upper - lower)), rtol=1e-4)


def test_discretized_logistic_sums_to_one_over_the_levels():
    likelihood = likelihoods.DiscretizedLogistic(initial_scale=0.02)
    decoded = np.full((256, 1, 1, 1), 1.3, "float32")
    likelihood(decoded)
    levels = (np.arange(256) / 255).astype("float32").reshape(256, 1, 1, 1)
    assert np.exp(likelihood.log_prob(levels, decoded)).sum() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_samples_have_the_mean_they_promise(name):
    decoded = np.broadcast_to(np.float32([[-0.5, 0.8]]), (20000, 2)).copy()
    likelihood = likelihoods.get(name)
    likelihood(decoded)
    samples = likelihood.sample(decoded, SEED).numpy()
    assert samples.min() >= 0
    assert samples.max() <= 1
    # Clipping to [0, 1] is negligible at these means and the initial scale for both densities.
    np.testing.assert_allclose(samples.mean(0), likelihood.mean(decoded)[0], atol=0.015)
    np.testing.assert_array_equal(samples, likelihood.sample(decoded, SEED))
    assert not np.array_equal(samples, likelihood.sample(decoded, SEED + 1))


@pytest.mark.parametrize("name", NAMES)
def test_the_mean_is_what_raises_the_likelihood(name):
    decoded = tf.Variable(np.zeros((1, 2, 2, 1), "float32"))
    likelihood = likelihoods.get(name)
    likelihood(decoded)
    with tf.GradientTape() as tape:
        loss = likelihood.log_prob(np.full((1, 2, 2, 1), 0.9, "float32"), decoded)
    assert np.all(tape.gradient(loss, decoded) > 0)


@pytest.mark.parametrize("name", NAMES)
def test_config_round_trip(name):
    original = built(name)
    config = keras.saving.serialize_keras_object(original)
    copy = keras.saving.deserialize_keras_object(config)
    copy(DECODED)
    np.testing.assert_array_equal(
        copy.log_prob(IMAGES, DECODED), original.log_prob(IMAGES, DECODED)
    )


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="`likelihood` must be one of bernoulli"):
        likelihoods.get("poisson")
    with pytest.raises(ValueError, match="`initial_scale` must be greater than"):
        likelihoods.Gaussian(initial_scale=0.0)
    with pytest.raises(ValueError, match="`initial_scale` must be greater than 0"):
        likelihoods.DiscretizedLogistic(initial_scale=-1.0)
