"""What is known of each task when it ends, and what becomes of it later."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from model_helpers import digits, small_model

from keras_lifelong_vae import Replay, TeacherRollover

SEED = tf.constant([1, 2])


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
    model = small_model(mode="graph", latent_dim=2, replay=Replay(max_components=4))
    numbers = []
    for label in range(5):
        model.fit(digits(label, 128), epochs=2, verbose=0, callbacks=[TeacherRollover()])
        used = model.aggregate_posterior.mixture_weights.numpy().reshape(-1, 5) > 0
        numbers.append(used.sum(axis=1)[: label + 1].tolist())
    assert numbers == [[4], [2, 2], [1] * 3, [1] * 4, [1] * 5]


@pytest.mark.parametrize("replay", [None, Replay(codes="prior")], ids=["none", "prior"])
def test_replay_from_the_prior_keeps_no_codes(replay):
    model = small_model(replay=replay)
    model.fit(digits(0, 32), verbose=0, callbacks=[TeacherRollover()])
    assert model.aggregate_posterior is model.recent_codes is model.summaries is None


def test_summaries_are_saved_with_the_model(tmp_path):
    model = small_model()
    model.fit(digits(0), verbose=0, callbacks=[TeacherRollover()])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for own, others in zip(
        loaded.aggregate_posterior.weights, model.aggregate_posterior.weights, strict=True
    ):
        np.testing.assert_array_equal(own, others)
