"""A model whose prior p(z_c) is learned: its bounds against -log p(x) from a fine grid."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from extending_helpers import lines_of
from scipy.special import logsumexp

import keras_lifelong_vae as klv
from keras_lifelong_vae.latents import JointLatent, MixturePriorLatent
from keras_lifelong_vae.types import LatentCode

EVENT_SHAPE = (4, 4, 1)
CATEGORIES = 2
GRID = np.linspace(-7.0, 7.0, 141)
STEP = GRID[1] - GRID[0]
SEEDS = 2000  # of the mean of -ELBO
SAMPLES = 4000  # of the importance-weighted bound


def pictures(task, number=48):
    """Noisy pictures of which one half is bright."""
    rng = np.random.default_rng(task)
    images = 0.2 * rng.random((number, *EVENT_SHAPE))
    images[: number // 2, :2] += 0.7
    images[number // 2 :, :, 2:] += 0.7 if task else 0.4
    return rng.permutation(images).astype("float32")


def build(latent_dim, replay=None):
    head = MixturePriorLatent(latent_dim, num_components=3, seed=1)
    latent = JointLatent(head, categories_per_task=CATEGORIES, task_capacity=4, seed=0)
    network = klv.networks.dense(EVENT_SHAPE, (16,), seed=0)
    model = klv.LifelongVAE(EVENT_SHAPE, latent=latent, network=network, replay=replay, seed=0)
    model.compile(keras.optimizers.Adam(2e-2))
    return model


def prior_weights(vae):
    head = vae.latent.blocks["gaussian"]
    return [weight.numpy() for weight in (head.prior_logits, head.prior_locs, head.prior_log_vars)]


def grid_of(model):
    """All z on the grid with every category: the code, and log p(z_c, z_d) with the cell's size."""
    size = model.latent_dim
    points = np.array(list(itertools.product(GRID, repeat=size)), "float32")
    continuous = np.concatenate([points] * CATEGORIES)
    index = np.repeat(np.arange(CATEGORIES), len(points))
    capacity = model.student.latent.capacity
    code = LatentCode(tf.constant(continuous), tf.one_hot(index, capacity))
    log_prior = model.student.latent.blocks["gaussian"].log_prior(continuous).numpy()
    return code, log_prior.astype("float64") - np.log(CATEGORIES) + size * np.log(STEP)


def log_likelihoods(model, images, code):
    """log p(x | z) of every image at every z, `(len(images), len(z))`."""
    parameters = model.student.parameters(code)

    def of(image):
        repeated = tf.broadcast_to(image, tf.shape(parameters))
        return model.likelihood.log_prob(repeated, parameters).numpy().astype("float64")

    return np.stack([of(image) for image in images])


def exact_negative_log_likelihood(model, images):
    """-log p(x) = -log sum_{z_d} int p(z_c) p(z_d) p(x | z) dz_c."""
    code, log_prior = grid_of(model)
    return -logsumexp(log_likelihoods(model, images, code) + log_prior, axis=1)


def exact_negative_elbo(model, images):
    """-E_q[log p(x | z) + log p(z) - log q(z | x)], by summing over the grid."""
    code, log_prior = grid_of(model)
    log_likelihood = log_likelihoods(model, images, code)
    loc, log_var = (np.asarray(one, "float64") for one in model.student.posterior(images).gaussian)
    log_probs = np.log(model.encode(images).category_probs.astype("float64"))
    z = code.continuous.numpy()[None]
    normal = -0.5 * ((z - loc[:, None]) ** 2 / np.exp(log_var)[:, None] + log_var[:, None])
    log_q = (normal - 0.5 * np.log(2 * np.pi)).sum(-1) + model.latent_dim * np.log(STEP)
    log_q += np.repeat(log_probs, z.shape[1] // CATEGORIES, axis=1)
    q = np.exp(log_q)
    np.testing.assert_allclose(q.sum(axis=1), 1.0, rtol=1e-3)  # the grid is fine enough
    return -(q * (log_likelihood + log_prior - log_q)).sum(axis=1)


@pytest.fixture(scope="module", params=[1, 2])
def model(request):
    model = build(request.param)
    model.fit(pictures(0), epochs=20, batch_size=16, verbose=0)
    return model


@pytest.fixture(scope="module")
def images():
    return pictures(0)[:5]


def test_it_takes_at_most_50_lines():
    assert lines_of(MixturePriorLatent) <= 50


def test_the_grid_holds_all_of_the_prior(model):
    _, log_prior = grid_of(model)
    assert np.exp(logsumexp(log_prior)) == pytest.approx(1.0, abs=1e-3)


def test_training_moves_the_prior(model):
    for before, after in zip(
        prior_weights(build(model.latent_dim).student), prior_weights(model.student), strict=True
    ):
        assert np.abs(after - before).max() > 1e-2


def test_the_mean_of_negative_elbo_is_that_of_the_grid_and_above_the_exact_figure(model, images):
    bounds = model.negative_elbo(images.repeat(SEEDS, axis=0), seed=0, batch_size=2048)
    bounds = bounds.reshape(len(images), SEEDS)
    error = bounds.std(axis=1) / np.sqrt(SEEDS)
    means, exact = bounds.mean(axis=1), exact_negative_log_likelihood(model, images)
    assert (np.abs(means - exact_negative_elbo(model, images)) < 4 * error + 1e-3).all()
    assert (means > exact - 4 * error).all()
    assert (exact_negative_elbo(model, images) >= exact - 1e-3).all()


def test_the_importance_weighted_bound_comes_close_to_the_exact_figure(model, images):
    exact = exact_negative_log_likelihood(model, images)
    bounds = model.importance_weighted_bound(images, SAMPLES, seed=0)
    np.testing.assert_allclose(bounds, exact, atol=0.03)
    loose = model.importance_weighted_bound(images.repeat(400, axis=0), 1, seed=0)
    assert (loose.reshape(len(images), -1).mean(axis=1) > exact).all()


def test_generate_follows_the_prior(model):
    code, log_prior = grid_of(model)
    means = model.student.mean(code).numpy().astype("float64")
    expected = np.tensordot(np.exp(log_prior), means, axes=1)
    images = model.generate(20_000, seed=0, batch_size=5000)
    error = images.std(axis=0) / np.sqrt(len(images))
    assert (np.abs(images.mean(axis=0) - expected) < 4.5 * error + 1e-3).all()
    same = [model.generate(9, seed=0, prior=prior) for prior in (None, "prior")]
    np.testing.assert_array_equal(*same)


def test_an_export_generates_from_the_same_prior(tmp_path):
    model = build(2)
    model.fit(pictures(0), batch_size=16, verbose=0)
    directory = klv.export_saved_model(model, tmp_path)
    loaded = tf.saved_model.load(directory)
    seed = tf.range(50, dtype=tf.int64)
    found = loaded.signatures["generate_from_prior"](seed=seed, category=tf.fill(50, seed[0] - 1))
    code = model.student.latent.sample_prior(50, seed)
    np.testing.assert_allclose(found["images"], model.student.mean(code), rtol=1e-5, atol=1e-6)


def test_it_is_saved_and_loaded_with_its_prior(tmp_path):
    model = build(2, replay=klv.Replay(components_per_task=1))
    model.fit(pictures(0), epochs=3, batch_size=16, verbose=0)
    model.rollover_teacher()
    model.fit(pictures(1), epochs=3, batch_size=16, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for vae in ("student", "teacher"):
        for own, other in zip(
            prior_weights(getattr(loaded, vae)), prior_weights(getattr(model, vae)), strict=True
        ):
            np.testing.assert_array_equal(own, other)
    images = pictures(1)
    for prior in ("prior", "aggregate_posterior"):
        np.testing.assert_array_equal(
            loaded.generate(9, seed=0, prior=prior), model.generate(9, seed=0, prior=prior)
        )
    np.testing.assert_array_equal(
        loaded.negative_elbo(images, seed=0), model.negative_elbo(images, seed=0)
    )


def test_the_teacher_keeps_the_prior_of_the_last_rollover():
    model = build(2, replay=klv.Replay(codes="prior"))
    model.fit(pictures(0), epochs=3, batch_size=16, verbose=0)
    model.rollover_teacher()
    kept = prior_weights(model.student)
    model.fit(pictures(1), epochs=3, batch_size=16, verbose=0)
    for own, before in zip(prior_weights(model.teacher), kept, strict=True):
        np.testing.assert_array_equal(own, before)
    for own, before in zip(prior_weights(model.student), kept, strict=True):
        assert np.abs(own - before).max() > 1e-3
    seed = tf.constant([1, 2])
    codes = [vae.latent.sample_prior(20, seed).continuous for vae in (model.student, model.teacher)]
    assert np.abs(codes[0] - codes[1]).max() > 1e-3
