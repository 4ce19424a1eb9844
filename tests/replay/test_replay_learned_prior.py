"""A prior that is learned: a density, where codes lie."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

import keras_lifelong_vae as klv
from keras_lifelong_vae.latents import JointLatent
from keras_lifelong_vae.replay import AggregatePosterior, log_learned_prior
from keras_lifelong_vae.types import LatentCode


def two_tasks(latent_dim=2):
    """Of two tasks, the second in two clusters; categories 0 and 1, room for 3."""
    rng, eye = np.random.default_rng(0), np.eye(3, dtype="float32")
    summaries = AggregatePosterior(4, 2, latent_dim, capacity=3)
    summaries.summarize(0, rng.normal(-1.0, 0.5, (500, latent_dim)), eye[np.zeros(500, int)], 1)
    second = np.concatenate([rng.normal(loc, 0.3, (300, latent_dim)) for loc in (1.0, 3.0)])
    summaries.summarize(1, second, 0.1 * eye[np.zeros(600, int)] + 0.9 * eye[np.ones(600, int)])
    return summaries


def codes_of(continuous, category):
    one_hot = np.eye(3, dtype="float32")[np.full(len(continuous), category)]
    return LatentCode(tf.constant(continuous, tf.float32), tf.constant(one_hot))


def test_the_density_is_that_of_the_mixture():
    summaries = two_tasks()
    z = np.random.default_rng(1).normal(0.0, 2.0, (50, 2))
    for category in range(3):
        terms = []
        for row in summaries.rows_in_use():
            scale_tril = summaries.scale_trils.numpy()[row]
            weight = summaries.mixture_weights.numpy()[row] / 2  # both tasks weigh alike
            share = weight * summaries.category_probs.numpy()[row, category]
            loc, covariance = summaries.locs.numpy()[row], scale_tril @ scale_tril.T
            with np.errstate(divide="ignore"):
                terms.append(np.log(share) + multivariate_normal.logpdf(z, loc, covariance))
        answer = summaries.log_prob(codes_of(z, category))
        np.testing.assert_allclose(answer, logsumexp(terms, axis=0), rtol=1e-4)


@pytest.mark.parametrize("latent_dim", [1, 2])
def test_it_integrates_to_one_on_a_grid(latent_dim):
    summaries, latent = two_tasks(latent_dim), JointLatent(latent_dim, task_capacity=3)
    latent.build((None, 4))
    latent.categorical.active_categories.assign(3)
    axis, width = np.linspace(-8, 8, 401, retstep=True)
    grid = np.stack(np.meshgrid(*[axis] * latent_dim), axis=-1).reshape(-1, latent_dim)
    logs = [log_learned_prior(summaries, latent, codes_of(grid, k)) for k in range(3)]
    total = np.exp(logs).sum() * width**latent_dim
    assert total == pytest.approx(1.0, abs=1e-4)


def test_a_code_far_from_all_summaries_costs_little_more_than_under_the_latents_own_prior():
    summaries, latent = two_tasks(), JointLatent(2, task_capacity=3)
    latent.build((None, 4))
    far = codes_of(np.array([[-9.0, 9.0]]), 0)
    lost = latent.log_prior(far) - log_learned_prior(summaries, latent, far)
    np.testing.assert_allclose(lost, np.log(100), rtol=1e-5)


@pytest.fixture(scope="module")
def model():
    """Of two dimensions, trained on two clusters of rows that lie on a line."""
    rng = np.random.default_rng(0)
    keras.utils.set_random_seed(0)
    likelihood = klv.likelihoods.Gaussian(0.5, support="real")
    model = klv.LifelongVAE((3,), latent_dim=2, likelihood=likelihood, seed=0)
    model.compile(keras.optimizers.Adam(3e-3))
    for task in (0, 1):
        rows = rng.normal(2.0 * task, 0.3, (512, 1)) + rng.normal(0.0, 0.1, (512, 3))
        data = tf.data.Dataset.from_tensor_slices(rows.astype("float32")).batch(64)
        model.fit(data, epochs=20, callbacks=[klv.TeacherRollover()], verbose=0)
    return model, np.random.default_rng(1).normal(1.0, 1.0, (200, 3)).astype("float32")


def true_log_prob(model, rows, log_prior):
    """log p(x) by a sum over a grid of z_c and all z_d."""
    axis, width = np.linspace(-7, 7, 141, retstep=True)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2).astype("float32")
    active, capacity = model.active_categories, model.student.latent.capacity
    logs = []
    for category in range(active):
        one_hot = np.eye(capacity, dtype="float32")[np.full(len(grid), category)]
        code = LatentCode(tf.constant(grid), tf.constant(one_hot))
        means = model.student.parameters(code)
        scale = 1e-3 + np.exp(model.likelihood.log_scale.numpy())
        density = multivariate_normal(np.zeros(3), np.diag(scale**2)).logpdf
        of_rows = np.stack([density(row - means.numpy()) for row in rows])
        logs.append(of_rows + log_prior(code).numpy() + 2 * np.log(width))
    return logsumexp(np.concatenate(logs, axis=1), axis=1)


def test_the_bound_tends_to_the_truth_under_either_prior(model):
    model, _ = model
    rows = np.float32([[0.0, 0.1, -0.1], [2.0, 2.1, 1.9], [1.0, 1.0, 1.0]])
    latent, summaries = model.student.latent, model.summaries
    priors = {
        "prior": latent.log_prior,
        "aggregate_posterior": lambda code: log_learned_prior(summaries, latent, code),
    }
    for name, log_prior in priors.items():
        bound = model.importance_weighted_bound(rows, 20_000, seed=0, prior=name)
        np.testing.assert_allclose(bound, -true_log_prob(model, rows, log_prior), atol=0.05)


def test_negative_elbo_is_the_bound_of_one_sample(model):
    model, rows = model
    bound = np.mean([model.negative_elbo(rows, seed=s, prior="prior") for s in range(20)])
    under_prior = [model.importance_weighted_bound(rows, 1, seed=s) for s in range(20)]
    assert np.mean(under_prior) == pytest.approx(bound, abs=0.1)
    learned = model.negative_elbo(rows, seed=0, prior="aggregate_posterior")
    expected = model.importance_weighted_bound(rows, 1, seed=0, prior="aggregate_posterior")
    np.testing.assert_array_equal(learned, expected)


def test_a_prior_is_fitted_to_any_model_and_draws_from_it():
    keras.utils.set_random_seed(0)
    plain = klv.LifelongVAE((3,), latent_dim=2, replay=None, likelihood="gaussian", seed=0)
    rng = np.random.default_rng(0)
    images = rng.uniform(size=(400, 3)).astype("float32")
    plain.compile("adam")
    plain.fit(images, epochs=1, verbose=0)
    prior = plain.fit_prior(images, num_components=3, seed=0)
    found = plain.encode(images)
    drawn = prior.sample(5000, tf.constant([0, 1])).continuous.numpy()
    np.testing.assert_allclose(drawn.mean(axis=0), found.loc.mean(axis=0), atol=0.1)
    learned = plain.importance_weighted_bound(images, 50, seed=0, prior=prior).mean()
    assert learned < plain.importance_weighted_bound(images, 50, seed=0).mean() + 0.02
    np.testing.assert_array_equal(
        plain.generate(8, seed=0, prior=prior), plain.generate(8, seed=0, prior=prior)
    )
    assert not np.array_equal(plain.generate(8, seed=0, prior=prior), plain.generate(8, seed=0))
    with pytest.raises(ValueError, match=r"`prior` must be .*fit_prior"):
        plain.negative_elbo(images, prior="aggregate_posterior")
    with pytest.raises(ValueError, match=r"`prior` must be for 2 dimensions .* 5 and 3"):
        plain.generate(8, prior=AggregatePosterior(1, 2, 5, 3))
    with pytest.raises(ValueError, match="`task` must be"):
        plain.generate(8, task=0, prior=prior)
