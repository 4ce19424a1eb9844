"""The Gaussian head with a learned mixture as its prior, against scipy and quadrature."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats
from scipy.integrate import quad
from scipy.special import logsumexp, softmax

from keras_lifelong_vae.latents import MixturePriorLatent
from keras_lifelong_vae.types import GaussianParameters

LOGITS = np.float32([0.0, 0.7, -0.5])
LOCS = np.float32([[-2.0, 1.0], [0.5, 0.0], [3.0, -1.5]])
LOG_VARS = np.float32([[-1.0, 0.5], [0.0, -2.0], [-2.0, 0.0]])
SEED = tf.constant([3, 4])


def head(latent_dim):
    """With the prior of the constants above, its first `latent_dim` dimensions."""
    layer = MixturePriorLatent(latent_dim, num_components=3, seed=0)
    layer.build((None, 5))
    layer.prior_logits.assign(LOGITS)
    layer.prior_locs.assign(LOCS[:, :latent_dim])
    layer.prior_log_vars.assign(LOG_VARS[:, :latent_dim])
    return layer


def exact_log_prior(z):
    """`(n, latent_dim)` to `(n,)`, in float64."""
    size = z.shape[1]
    scales = np.exp(LOG_VARS[:, :size].astype("float64") / 2)
    each = stats.norm(LOCS[:, :size], scales).logpdf(z[:, None].astype("float64")).sum(-1)
    return logsumexp(each + np.log(softmax(LOGITS.astype("float64"))), axis=1)


@pytest.mark.parametrize("latent_dim", [1, 2])
def test_log_prior_is_that_of_the_mixture(latent_dim):
    z = np.random.default_rng(0).normal(0, 2, (50, latent_dim)).astype("float32")
    np.testing.assert_allclose(head(latent_dim).log_prior(z), exact_log_prior(z), rtol=1e-4)


def test_the_prior_integrates_to_one():
    layer = head(1)
    grid = np.linspace(-15, 15, 3001, dtype="float32")[:, None]
    density = np.exp(layer.log_prior(grid))
    assert np.trapezoid(density, grid[:, 0]) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("seeds", [SEED, tf.range(40_000, dtype=tf.int64)])
def test_samples_of_the_prior_follow_its_density(seeds):
    z = head(1).sample_prior(40_000, seeds).numpy()[:, 0]
    weights, scales = softmax(LOGITS), np.exp(LOG_VARS[:, 0] / 2)

    def cdf(points):
        return stats.norm(LOCS[:, 0], scales).cdf(points[:, None]) @ weights

    assert stats.kstest(z, cdf).pvalue > 1e-3


def test_samples_of_the_prior_have_its_moments():
    z = head(2).sample_prior(40_000, SEED).numpy()
    weights = softmax(LOGITS.astype("float64"))
    mean = weights @ LOCS
    spread = LOCS - mean
    covariance = np.einsum("m,mi,mj->ij", weights, spread, spread)
    covariance += np.diag(weights @ np.exp(LOG_VARS))
    np.testing.assert_allclose(z.mean(0), mean, atol=4 * np.sqrt(covariance.max() / len(z)))
    np.testing.assert_allclose(np.cov(z.T), covariance, atol=0.05)


@pytest.mark.parametrize(("loc", "log_var"), [(0.0, 0.0), (-2.0, -3.0), (1.5, 1.0)])
def test_the_estimate_of_kl_has_the_value_of_quadrature_as_its_mean(loc, log_var):
    layer, scale = head(1), np.exp(log_var / 2)
    posterior = stats.norm(loc, scale)

    def integrand(z):
        return posterior.pdf(z) * (posterior.logpdf(z) - exact_log_prior(np.array([[z]])).item())

    exact, _ = quad(integrand, loc - 10 * scale, loc + 10 * scale, limit=200)
    many = GaussianParameters(*(tf.fill((40_000, 1), one) for one in (loc, log_var)))
    estimates = layer.kl_to_prior(many, layer.sample(many, SEED)).numpy()
    error = float(estimates.std()) / np.sqrt(len(estimates))
    assert estimates.mean() == pytest.approx(exact, abs=4 * error + 1e-4)


def test_one_standard_component_is_the_exact_prior_of_the_gaussian_head():
    layer = MixturePriorLatent(2, num_components=1, seed=0)
    layer.build((None, 5))
    layer.prior_locs.assign(np.zeros((1, 2)))
    z = np.random.default_rng(0).normal(size=(20, 2)).astype("float32")
    expected = stats.norm.logpdf(z).sum(axis=1)
    np.testing.assert_allclose(layer.log_prior(z), expected, rtol=1e-5)


def test_components_start_apart_around_zero():
    layer = MixturePriorLatent(2, num_components=500, seed=0)
    layer.build((None, 5))
    locs = layer.prior_locs.numpy()
    assert np.abs(locs.mean(axis=0)).max() < 0.2
    assert np.abs(locs.std(axis=0) - 1.0).max() < 0.15
    np.testing.assert_allclose(np.exp(layer.prior_log_vars), 1.0)
    np.testing.assert_allclose(tf.nn.softmax(layer.prior_logits), 1 / 500)


def test_a_gradient_reaches_posterior_and_prior():
    layer = head(2)
    posterior = GaussianParameters(tf.Variable([[0.5, 1.0]]), tf.Variable([[0.0, 1.0]]))
    with tf.GradientTape() as tape:
        kl = layer.kl_to_prior(posterior, layer.sample(posterior, SEED))
    prior = [layer.prior_logits, layer.prior_locs, layer.prior_log_vars]
    assert {one.path for one in prior} <= {one.path for one in layer.trainable_weights}
    for gradient in tape.gradient(kl, [*posterior, *(weight.value for weight in prior)]):
        assert np.abs(gradient).max() > 1e-3


def test_config_round_trip():
    layer = MixturePriorLatent(2, num_components=4, seed=5)
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert copy.get_config() == layer.get_config()
    with pytest.raises(ValueError, match="`num_components` must be an integer of at least 1"):
        MixturePriorLatent(2, num_components=0)


def test_it_has_ten_components_unless_it_is_told():
    assert MixturePriorLatent(3).get_config()["num_components"] == 10
