"""The summary of a task's codes, and the ring they are collected in."""

import numpy as np
import pytest
import tensorflow as tf

from keras_lifelong_vae.replay import AggregatePosterior
from keras_lifelong_vae.types import GaussianParameters, Posterior

SEED = tf.constant([1, 2])


def two_clusters(size=4000):
    """Codes of two kinds, far apart, each with a category of its own."""
    rng = np.random.default_rng(0)
    kind = rng.random(size) < 0.25
    locs = np.where(kind[:, None], [3.0, -3.0], [-3.0, 1.0])
    codes = locs + rng.normal(size=(size, 2)) @ np.array([[0.5, 0.3], [0.0, 0.2]])
    return codes.astype("float32"), np.eye(3, dtype="float32")[kind.astype(int)]


def test_its_samples_have_the_moments_and_categories_of_the_codes():
    codes, probs = two_clusters()
    summary = AggregatePosterior(max_tasks=2, num_components=3, latent_dim=2, capacity=3)
    summary.summarize(0, codes, probs)
    sample = summary.sample(20000, SEED)
    for kind in (0, 1):
        own = sample.discrete[:, kind].numpy() == 1
        expected = codes[probs[:, kind] == 1]
        assert own.mean() == pytest.approx((0.75, 0.25)[kind], abs=0.02)
        drawn = sample.continuous.numpy()[own]
        np.testing.assert_allclose(drawn.mean(0), expected.mean(0), atol=0.03)
        np.testing.assert_allclose(np.cov(drawn.T), np.cov(expected.T), atol=0.02)
    assert sample.discrete[:, 2].numpy().sum() == 0


def test_all_tasks_are_drawn_alike_or_one_on_demand():
    summary = AggregatePosterior(max_tasks=4, num_components=2, latent_dim=1, capacity=2)
    rng, probs = np.random.default_rng(0), np.full((300, 2), 0.5, "float32")
    for task, size in enumerate((300, 60, 300)):
        codes = 10.0 * task + rng.normal(size=(size, 1))
        summary.summarize(task, codes.astype("float32"), probs[:size])
    drawn = np.rint(summary.sample(9000, SEED).continuous.numpy()[:, 0] / 10)
    np.testing.assert_allclose([np.mean(drawn == task) for task in range(3)], 1 / 3, atol=0.02)
    one = np.rint(summary.sample(500, SEED, task=1).continuous.numpy()[:, 0] / 10)
    np.testing.assert_array_equal(one, 1)


def test_a_tiny_task_gets_fewer_gaussians():
    summary = AggregatePosterior(max_tasks=1, num_components=5, latent_dim=2, capacity=1)
    summary.summarize(0, np.random.default_rng(0).normal(size=(45, 2)), np.ones((45, 1)))
    assert np.count_nonzero(summary.mixture_weights.numpy()) == 2
    assert np.isfinite(summary.sample(50, SEED).continuous).all()


def test_a_summary_is_an_average_and_copies_no_code():
    codes, probs = two_clusters(400)
    summary = AggregatePosterior(max_tasks=1, num_components=3, latent_dim=2, capacity=3)
    summary.summarize(0, codes, probs)
    distances = np.linalg.norm(summary.locs.numpy()[:, None] - codes[None], axis=-1)
    scale_trils = summary.scale_trils.numpy()
    scales = np.linalg.eigvalsh(scale_trils @ np.swapaxes(scale_trils, 1, 2))
    assert distances.min() > 1e-6
    assert scales.min() > 0.01  # wide enough that no draw is one of the codes either
    assert sum(weight.numpy().nbytes for weight in summary.weights) == 3 * (1 + 2 + 4 + 3) * 4


def test_growing_keeps_the_summary():
    codes, probs = two_clusters()
    summary = AggregatePosterior(max_tasks=1, num_components=3, latent_dim=2, capacity=3)
    summary.summarize(0, codes, probs)
    before = summary.sample(10, SEED)
    summary.grow(max_tasks=2, capacity=6)
    after = summary.sample(10, SEED)
    np.testing.assert_array_equal(after.continuous, before.continuous)
    np.testing.assert_array_equal(after.discrete[:, :3], before.discrete)
    assert after.discrete.shape == (10, 6)


def test_z_c_goes_with_the_category_that_is_asked_for():
    """q(z_c | z_d) by Bayes' rule: which Gaussian, given what it says of the category."""
    codes, probs = two_clusters()
    summary = AggregatePosterior(max_tasks=2, num_components=3, latent_dim=2, capacity=3)
    summary.summarize(0, codes, probs)
    wanted = tf.constant([0, 1, -1] * 500, tf.int64)
    drawn = summary.sample(1500, SEED, category=wanted)
    kind = (drawn.continuous.numpy()[:, 0] > 0).astype(int)
    np.testing.assert_array_equal(kind[0::3], 0)
    np.testing.assert_array_equal(kind[1::3], 1)
    assert kind[2::3].mean() == pytest.approx(0.25, abs=0.06)
    anything = summary.sample(1500, SEED)
    np.testing.assert_array_equal(drawn.continuous[2::3], anything.continuous[2::3])


def test_a_category_that_no_gaussian_knows_is_drawn_from_all():
    codes, probs = two_clusters(400)
    summary = AggregatePosterior(max_tasks=1, num_components=3, latent_dim=2, capacity=3)
    summary.summarize(0, codes, probs)
    wanted = tf.fill((300,), np.int64(2))
    same = summary.sample(300, SEED, category=wanted).continuous
    np.testing.assert_array_equal(same, summary.sample(300, SEED).continuous)


def test_a_draw_of_a_row_does_not_depend_on_its_batch():
    codes, probs = two_clusters()
    summary = AggregatePosterior(max_tasks=2, num_components=3, latent_dim=2, capacity=3)
    summary.summarize(0, codes, probs)
    seeds = tf.range(50, dtype=tf.int64)
    whole, part = summary.sample(50, seeds), summary.sample(7, seeds[10:17])
    for one, other in zip(whole, part, strict=True):
        np.testing.assert_array_equal(one[10:17], other)


def test_without_categories_it_has_no_probabilities():
    summary = AggregatePosterior(max_tasks=1, num_components=2, latent_dim=2, capacity=0)
    summary.summarize(0, two_clusters()[0], np.zeros((4000, 0), "float32"))
    for category in (None, tf.fill((5,), np.int64(-1))):
        drawn = summary.sample(5, SEED, category=category)
        assert drawn.discrete.shape == (5, 0)
        assert np.isfinite(drawn.continuous).all()


def test_one_code_is_enough():
    summary = AggregatePosterior(max_tasks=1, num_components=2, latent_dim=2, capacity=1)
    summary.summarize(0, np.float32([[1.0, 2.0]]), np.ones((1, 1), "float32"))
    drawn = summary.sample(100, SEED).continuous.numpy()
    np.testing.assert_allclose(drawn.mean(axis=0), [1.0, 2.0], atol=0.05)


def encoder(turn, shift, log_var, swap=False):
    """A linear encoder of codes, which tells categories by the sign of the first dimension."""

    def encode(code):
        loc = code.continuous @ turn.astype("float32") + shift
        signs = tf.stack([-code.continuous[:, 0], code.continuous[:, 0]], axis=1)
        logits = tf.pad(20.0 * (signs[:, ::-1] if swap else signs), [[0, 0], [0, 1]])
        gaussian = GaussianParameters(loc, tf.fill(loc.shape, np.float32(log_var)))
        return Posterior(gaussian, tf.where([True, True, False], logits, -1e9))

    return encode


def two_gaussians():
    codes, probs = two_clusters()
    summary = AggregatePosterior(max_tasks=2, num_components=2, latent_dim=2, capacity=3)
    summary.summarize(1, codes, probs)
    return summary


def test_gaussians_follow_an_encoder_that_has_moved():
    summary = two_gaussians()
    rows = summary.rows_in_use()
    np.testing.assert_array_equal(rows, [2, 3])
    locs, trils, probs = (
        getattr(summary, name).numpy()[rows] for name in ("locs", "scale_trils", "category_probs")
    )
    code = summary.cubature(rows, 0)
    turn, shift = np.array([[0.0, -2.0], [1.0, 0.5]]), np.float32([3.0, -1.0])
    before, after = encoder(np.eye(2), 0.0, -30.0), encoder(turn, shift, -30.0, swap=True)
    summary.follow(rows, before(code), after(code))
    np.testing.assert_allclose(summary.locs.numpy()[rows], locs @ turn + shift, rtol=1e-4)
    moved = summary.scale_trils.numpy()[rows]
    expected = turn.T @ trils @ trils.swapaxes(1, 2) @ turn
    np.testing.assert_allclose(moved @ moved.swapaxes(1, 2), expected, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(summary.category_probs.numpy()[rows], probs[::-1], atol=1e-5)
    np.testing.assert_allclose(summary.mixture_weights.numpy().sum(), 1.0, rtol=1e-6)


def test_gaussians_stay_where_they_are_if_the_encoder_does():
    summary = two_gaussians()
    before = [weight.numpy().copy() for weight in summary.weights]
    rows, encode = summary.rows_in_use(), encoder(np.eye(2), 0.0, -1.0)
    for seed in range(20):
        code = summary.cubature(rows, seed)
        summary.follow(rows, encode(code), encode(code))
    for weight, value in zip(summary.weights, before, strict=True):
        np.testing.assert_allclose(weight, value, rtol=1e-5, atol=1e-6)


def test_a_wider_posterior_makes_wider_gaussians():
    summary = two_gaussians()
    rows = summary.rows_in_use()
    trils = summary.scale_trils.numpy()[rows]
    code = summary.cubature(rows, 0)
    added = 0.5
    before = encoder(np.eye(2), 0.0, -30.0)
    after = encoder(np.eye(2), 0.0, np.log(added))
    summary.follow(rows, before(code), after(code))
    moved = summary.scale_trils.numpy()[rows]
    covariances = trils @ trils.swapaxes(1, 2) + added * np.eye(2)
    np.testing.assert_allclose(moved @ moved.swapaxes(1, 2), covariances, rtol=1e-3)


def test_the_codes_to_follow_with_have_the_moments_and_the_categories():
    summary = two_gaussians()
    rows = summary.rows_in_use()
    code = summary.cubature(rows, 0)
    parts = code.continuous.numpy().reshape(2, 3, 2)
    np.testing.assert_allclose(parts.mean(axis=1), summary.locs.numpy()[rows], rtol=1e-5)
    trils = summary.scale_trils.numpy()[rows]
    apart = parts - parts.mean(axis=1, keepdims=True)
    covariances = apart.swapaxes(1, 2) @ apart / 3
    np.testing.assert_allclose(covariances, trils @ trils.swapaxes(1, 2), rtol=1e-4, atol=1e-5)
    drawn = code.discrete.numpy().reshape(2, 3, 3)
    expected = np.repeat(np.eye(3)[summary.category_probs.numpy()[rows].argmax(1)][:, None], 3, 1)
    np.testing.assert_array_equal(drawn, expected)


def test_a_task_keeps_fewer_gaussians_when_there_is_room_for_fewer():
    codes, probs = two_clusters()
    summary = AggregatePosterior(max_tasks=2, num_components=3, latent_dim=2, capacity=3)
    for task in (0, 1):
        summary.summarize(task, codes + 50 * task, probs)
    summary.merge(2)
    used = summary.mixture_weights.numpy().reshape(2, 3) > 0
    np.testing.assert_array_equal(used, [[True, True, False]] * 2)
    drawn = summary.sample(20000, SEED, task=1).continuous.numpy()
    np.testing.assert_allclose(drawn.mean(axis=0), 50 + codes.mean(axis=0), atol=0.06)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(codes.T), rtol=0.03)
