"""The summary of a task's codes, and the ring they are collected in."""

import numpy as np
import pytest
import tensorflow as tf

from keras_lifelong_vae.replay import AggregatePosterior

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
