"""The summary of a task's codes, and the ring they are collected in."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras_lifelong_vae.layers.inverse_cdf import draw_index
from keras_lifelong_vae.models.aggregate_posterior import AggregatePosterior
from keras_lifelong_vae.models.recent_codes import RecentCodes
from models_helpers import digits, small_model

from keras_lifelong_vae import TeacherRollover

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
        own = sample.category[:, kind].numpy() == 1
        expected = codes[probs[:, kind] == 1]
        assert own.mean() == pytest.approx((0.75, 0.25)[kind], abs=0.02)
        drawn = sample.continuous.numpy()[own]
        np.testing.assert_allclose(drawn.mean(0), expected.mean(0), atol=0.03)
        np.testing.assert_allclose(np.cov(drawn.T), np.cov(expected.T), atol=0.02)
    assert sample.category[:, 2].numpy().sum() == 0


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
    np.testing.assert_array_equal(after.category[:, :3], before.category)
    assert after.category.shape == (10, 6)


def test_the_ring_holds_the_last_real_codes():
    ring = RecentCodes(size=5, latent_dim=1, capacity=2)
    for step in range(4):
        values = np.float32([[10 * step], [10 * step + 1], [-1.0]])
        ring.remember(values, np.float32([[0.25, 0.75]] * 3), np.array([True, True, False]))
    codes, probs = ring.collect()
    assert sorted(codes[:, 0]) == [11, 20, 21, 30, 31]
    np.testing.assert_array_equal(probs, [[0.25, 0.75]] * 5)
    ring.forget()
    assert len(ring.collect()[0]) == 0


def test_inverse_cdf_draws_the_probabilities_and_never_what_has_none():
    probs = np.float32([0.0, 0.5, 0.0, 0.3, 0.2, 0.0])
    drawn = draw_index(np.broadcast_to(probs * 7, (50000, 6)), SEED).numpy()
    np.testing.assert_allclose(np.bincount(drawn, minlength=6) / 50000, probs, atol=0.01)
    assert set(drawn) == {1, 3, 4}


def test_the_model_summarizes_what_it_encodes():
    model = small_model(mode="graph", latent_dim=2, learning_rate=3e-3)
    model.fit(digits(0), epochs=60, verbose=0, callbacks=[TeacherRollover()])
    encoding = model.encode(digits(0))
    expected = encoding.loc + encoding.scale * np.random.default_rng(0).normal(
        size=encoding.loc.shape
    )
    drawn = model.aggregate_posterior.sample(5000, SEED).continuous.numpy()
    spread = expected.std(axis=0)
    assert np.all(np.abs(drawn.mean(0) - expected.mean(0)) < 0.3 * spread)
    np.testing.assert_allclose(drawn.std(0), spread, rtol=0.3)
    assert int(model.recent_codes.ring.count) == 0
    assert not model.recent_codes.ring.rows.numpy().any()


def test_summaries_of_earlier_tasks_follow_the_student():
    model = small_model(mode="graph", latent_dim=2)
    for label in (0, 1):
        model.fit(digits(label), epochs=20, verbose=0, callbacks=[TeacherRollover()])
    before = model.aggregate_posterior.locs.numpy()[:10].copy()
    model.fit(digits(2), epochs=20, verbose=0, callbacks=[TeacherRollover()])
    after = model.aggregate_posterior.locs.numpy()[:10]
    assert np.abs(after - before).max() > 1e-3
    weights = model.aggregate_posterior.mixture_weights.numpy().reshape(-1, 5).sum(axis=1)
    np.testing.assert_allclose(weights[:4], [1, 1, 1, 0], atol=1e-6)


def test_a_cap_on_components_is_shared_evenly_and_leaves_each_task_one():
    model = small_model(mode="graph", latent_dim=2, max_components=4)
    numbers = []
    for label in range(5):
        model.fit(digits(label, 128), epochs=2, verbose=0, callbacks=[TeacherRollover()])
        used = model.aggregate_posterior.mixture_weights.numpy().reshape(-1, 5) > 0
        numbers.append(used.sum(axis=1)[: label + 1].tolist())
    assert numbers == [[4], [2, 2], [1] * 3, [1] * 4, [1] * 5]


def test_prior_replay_keeps_no_codes():
    model = small_model(replay_codes="prior")
    model.fit(digits(0), verbose=0, callbacks=[TeacherRollover()])
    assert not model.aggregate_posterior.mixture_weights.numpy().any()
    assert int(model.recent_codes.ring.count) == 0


def test_summaries_are_saved_with_the_model(tmp_path):
    model = small_model()
    model.fit(digits(0), verbose=0, callbacks=[TeacherRollover()])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for own, others in zip(
        loaded.aggregate_posterior.weights, model.aggregate_posterior.weights, strict=True
    ):
        np.testing.assert_array_equal(own, others)
