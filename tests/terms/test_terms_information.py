"""Estimators of I(z_c; x_hat) where the true value is known: a linear-Gaussian decoder."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from model_helpers import digits, small_model, step_of, term_of

from keras_lifelong_vae.latents.divergences import gaussian_kl, gaussian_kl_to_standard
from keras_lifelong_vae.replay import real_only
from keras_lifelong_vae.terms import Information, information
from keras_lifelong_vae.types import GaussianParameters

NOISE = 0.7


@pytest.fixture(scope="module")
def channel():
    """x = W z + noise with orthogonal columns of W: the exact posterior is diagonal.

    Returns the true information, the exact posteriors of many x, and the z they came from.
    """
    rng = np.random.default_rng(0)
    lengths = np.array([1.2, 0.5])
    weights = np.linalg.qr(rng.normal(size=(5, 2)))[0] * lengths
    z = rng.normal(size=(4000, 2))
    x = z @ weights.T + NOISE * rng.normal(size=(4000, 5))
    variance = 1 / (1 + lengths**2 / NOISE**2)
    loc = x @ weights / NOISE**2 * variance
    log_var = np.broadcast_to(np.log(variance), loc.shape).copy()
    truth = 0.5 * np.linalg.slogdet(np.eye(5) + weights @ weights.T / NOISE**2)[1]
    return truth, GaussianParameters(loc, log_var), z


def test_upper_bound_is_tight_for_the_exact_posterior(channel):
    truth, posterior, z = channel
    estimate = information.upper_bound(posterior, posterior, z)
    # The aggregated posterior is the prior, so the gap is sampling noise alone.
    error = np.std(estimate) / np.sqrt(len(z))
    assert abs(np.mean(estimate) - truth) < 4 * error
    assert error < 0.02 * truth


def test_upper_bound_exceeds_the_truth_when_the_posterior_is_off(channel):
    truth, posterior, z = channel
    shifted = posterior._replace(loc=posterior.loc + 1.0)
    gap = 0.5 * 2 * 1.0**2  # KL(q(z) || p(z)) of a shift by 1 in both dimensions
    estimate = np.mean(information.upper_bound(shifted, shifted, z))
    assert estimate == pytest.approx(truth + gap, rel=0.05)


def test_minibatch_estimate_is_a_lower_bound_that_tightens(channel):
    truth, posterior, z = channel
    means = []
    for size in (4, 40, 400):
        parts = [
            np.mean(
                information.minibatch_lower_bound(
                    GaussianParameters(*(p[i : i + size] for p in posterior)),
                    posterior,
                    z[i : i + size],
                )
            )
            for i in range(0, min(4000, 100 * size), size)
        ]
        means.append(np.mean(parts))
        assert np.mean(parts) < truth + 4 * np.std(parts) / np.sqrt(len(parts))
    assert means[0] < means[1] < means[2]
    assert means[2] == pytest.approx(truth, rel=0.05)


def test_minibatch_estimate_is_the_info_nce_of_tfp(channel):
    _, posterior, z = channel
    some = GaussianParameters(posterior.loc[:50], posterior.log_var[:50])
    log_probs = tfp.distributions.MultivariateNormalDiag(
        some.loc, np.exp(0.5 * some.log_var)
    ).log_prob(z[:50, None, :])
    expected = tfp.vi.mutual_information.lower_bound_info_nce(log_probs)
    result = np.mean(information.minibatch_lower_bound(some, some, z[:50]))
    assert result == pytest.approx(float(expected), rel=1e-9)


def test_minibatch_estimate_never_exceeds_the_log_of_the_batch_size():
    # Posteriors so far apart that every z_c gives its image away.
    loc = np.arange(8.0)[:, None] * 100
    posterior = GaussianParameters(loc, np.zeros((8, 1)))
    result = information.minibatch_lower_bound(posterior, posterior, loc)
    np.testing.assert_allclose(result, np.log(8.0), rtol=1e-9)


def test_posterior_match_is_a_plain_kl_and_no_bound(channel):
    truth, posterior, z = channel
    other = GaussianParameters(posterior.loc + 0.1, posterior.log_var - 0.2)
    result = information.posterior_match(other, posterior, z)
    np.testing.assert_allclose(result, gaussian_kl(other, posterior), rtol=1e-12)
    same = information.posterior_match(posterior, posterior, z)
    assert np.max(np.abs(same)) < 1e-12 < truth


@pytest.mark.parametrize("name", information.ESTIMATORS)
def test_every_estimator_gives_nats_per_example_and_a_gradient(name, channel):
    _, posterior, z = channel
    loc = tf.Variable(posterior.loc[:10])
    log_var = tf.constant(posterior.log_var[:10])
    original = GaussianParameters(tf.constant(posterior.loc[:10] + 0.5), log_var)
    with tf.GradientTape() as tape:
        result = information.ESTIMATORS[name](GaussianParameters(loc, log_var), original, z[:10])
        loss = tf.reduce_sum(result)
    assert result.shape == (10,)
    assert np.abs(tape.gradient(loss, loc)).max() > 1e-3


def test_the_term_is_of_the_students_own_reconstruction():
    model = small_model(categories_per_task=2, terms=[Information(0.1)])
    step = step_of(model, real_only(tf.constant(digits(0, 6))))
    reconstruction = model.student.mean(step.code)  # of a relaxed z_d, as in training
    expected = gaussian_kl_to_standard(model.student.posterior(reconstruction).gaussian)
    np.testing.assert_allclose(term_of(model, Information).value(step), expected, rtol=1e-5)


def test_an_unknown_estimator_is_refused():
    with pytest.raises(ValueError, match="`estimator` must be one of upper_bound, minibatch"):
        Information(estimator="guess")
