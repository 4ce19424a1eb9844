"""Which values a likelihood accepts, and real numbers in units of their own."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from keras_lifelong_vae.likelihoods import Bernoulli, DiscretizedLogistic, Gaussian
from keras_lifelong_vae.likelihoods import support as supports
from keras_lifelong_vae.likelihoods.gaussian import MIN_SCALE

LOC, SCALE = np.array([20.0, -3.0, 1000.0]), np.array([5.0, 0.1, 250.0])
rng = np.random.default_rng(0)
ROWS = (LOC + SCALE * rng.normal(size=(500, 3))).astype("float32")
DECODED = rng.normal(size=(500, 3)).astype("float32")
SEED = tf.constant([1, 2])


def adapted():
    normalization = keras.layers.Normalization()
    normalization.adapt(ROWS)
    return normalization


def real(initial_scale=0.5, normalization=None):
    likelihood = Gaussian(initial_scale, support="real", normalization=normalization)
    likelihood.build((None, 3))
    return likelihood


@pytest.fixture(scope="module")
def normalised():
    return real(normalization=adapted())


def units():
    """What `adapt` has to find, in float64."""
    return ROWS.astype("float64").mean(0), ROWS.astype("float64").std(0)


def test_supports_know_their_names_and_limits():
    assert supports.get("unit_interval") is supports.UNIT_INTERVAL
    assert supports.get("real") is supports.REAL
    assert (supports.UNIT_INTERVAL.low, supports.UNIT_INTERVAL.high) == (0.0, 1.0)
    assert (supports.REAL.low, supports.REAL.high) == (-np.inf, np.inf)
    assert [str(one) for one in supports.BY_NAME.values()] == ["[0, 1]", "real numbers"]
    assert [one.is_unit for one in supports.BY_NAME.values()] == [True, False]
    with pytest.raises(ValueError, match="`support` must be one of unit_interval, real"):
        supports.get("positive")


def test_images_are_the_support_unless_real_numbers_are_asked_for():
    for likelihood in (Bernoulli(), Gaussian(), DiscretizedLogistic()):
        assert likelihood.support is supports.UNIT_INTERVAL
    assert real().support is supports.REAL


def test_mean_without_units_is_what_the_decoder_says():
    np.testing.assert_array_equal(real().mean(DECODED), DECODED)


def test_mean_is_in_the_units_of_the_data(normalised):
    loc, scale = units()
    np.testing.assert_allclose(normalised.mean(DECODED), loc + scale * DECODED, rtol=1e-5)


@pytest.mark.parametrize("with_units", [False, True])
def test_log_prob_is_the_density_of_scipy_in_the_units_of_the_data(with_units):
    likelihood = real(normalization=adapted() if with_units else None)
    likelihood.log_scale.assign(np.log([0.05, 0.2, 1.5]))
    loc, scale = units() if with_units else (0.0, 1.0)
    own_scale = scale * (MIN_SCALE + np.array([0.05, 0.2, 1.5]))
    x = ROWS if with_units else (DECODED + 0.1).astype("float32")
    expected = norm(loc + scale * DECODED, own_scale).logpdf(x.astype("float64")).sum(axis=1)
    np.testing.assert_allclose(likelihood.log_prob(x, DECODED), expected, rtol=1e-4)


@pytest.mark.parametrize("with_units", [False, True])
def test_the_density_integrates_to_one_over_the_data(with_units):
    normalization = None
    if with_units:
        normalization = keras.layers.Normalization(mean=[20.0], variance=[25.0])
        normalization.build((None, 1))
    likelihood = Gaussian(0.5, support="real", normalization=normalization)
    likelihood.build((None, 1))
    decoded = np.float32([[0.7]])
    loc, scale = (20.0, 5.0) if with_units else (0.0, 1.0)
    centre = loc + 0.7 * scale

    def density(x):
        return np.exp(likelihood.log_prob(np.float32([[x]]), decoded).numpy().item())

    total, _ = quad(density, centre - 4 * scale, centre + 4 * scale, epsabs=1e-4, limit=40)
    assert total == pytest.approx(1.0, abs=1e-3)


def test_samples_have_the_moments_of_the_density_and_are_not_clipped(normalised):
    decoded = np.repeat(np.float32([[-0.5, 0.8, 2.0]]), 40_000, axis=0)
    samples = normalised.sample(decoded, SEED).numpy()
    loc, scale = units()
    np.testing.assert_allclose(
        (samples.mean(0) - loc) / scale, decoded[0], atol=4 * 0.5 / np.sqrt(40_000)
    )
    np.testing.assert_allclose(samples.std(0) / scale, 0.5, rtol=0.02)
    assert samples.max() > 1000
    assert samples.min() < -1
    np.testing.assert_array_equal(samples, normalised.sample(decoded, SEED))


def test_the_encoder_reads_normalised_values(normalised):
    read = normalised.normalize(tf.constant(ROWS)).numpy()
    np.testing.assert_allclose(read.mean(0), 0.0, atol=1e-3)
    np.testing.assert_allclose(read.std(0), 1.0, atol=1e-3)
    np.testing.assert_allclose(normalised.mean(read), ROWS, rtol=1e-5)
    np.testing.assert_array_equal(real().normalize(tf.constant(ROWS)), ROWS)
    np.testing.assert_array_equal(Gaussian().normalize(tf.constant(ROWS)), ROWS)


def test_images_stay_as_they_were():
    likelihood = Gaussian(0.2)
    likelihood.build((None, 3))
    np.testing.assert_allclose(likelihood.mean(DECODED), expit(DECODED), rtol=1e-6)
    assert likelihood.sample(DECODED, SEED).numpy().max() <= 1.0


def test_config_round_trip_keeps_the_units(normalised):
    config = keras.saving.serialize_keras_object(normalised)
    copy = keras.saving.deserialize_keras_object(config)  # built, as the original is
    assert copy.get_config() == normalised.get_config()
    np.testing.assert_array_equal(copy.log_prob(ROWS, DECODED), normalised.log_prob(ROWS, DECODED))
    np.testing.assert_array_equal(copy.normalize(ROWS), normalised.normalize(ROWS))


def test_units_along_several_axes_are_kept():
    normalization = keras.layers.Normalization(axis=(1, 2))
    normalization.adapt(ROWS[:498].reshape(-1, 2, 3))
    likelihood = Gaussian(support="real", normalization=normalization)
    likelihood.build((None, 2, 3))
    decoded = DECODED[:498].reshape(-1, 2, 3)
    copy = Gaussian.from_config(likelihood.get_config())
    copy.build((None, 2, 3))
    expected = normalization.mean.numpy() + np.sqrt(normalization.variance.numpy()) * decoded
    for one in (likelihood, copy):
        np.testing.assert_allclose(one.mean(decoded), expected, rtol=1e-5)
        assert one.log_prob(decoded, decoded).shape == (249,)


def test_a_value_that_never_varied_has_a_scale_above_zero():
    normalization = keras.layers.Normalization()
    normalization.adapt(np.full((10, 2), 3.0, "float32"))
    likelihood = Gaussian(support="real", normalization=normalization)
    likelihood.build((None, 2))
    x = np.full((1, 2), 3.0, "float32")
    assert np.isfinite(likelihood.normalize(x)).all()
    assert np.isfinite(likelihood.log_prob(x, np.zeros_like(x))).all()


def test_what_makes_no_units_is_refused():
    with pytest.raises(ValueError, match='`normalization` must be None unless `support` is "real"'):
        Gaussian(normalization=adapted())
    with pytest.raises(ValueError, match=r"must be a .*Normalization that was adapted"):
        Gaussian(support="real", normalization=keras.layers.Normalization())
    with pytest.raises(ValueError, match=r"must be a .*Normalization that was adapted"):
        Gaussian(support="real", normalization=3.0)
    with pytest.raises(ValueError, match="`support` must be one of unit_interval, real"):
        Gaussian(support="positive")
