"""The typical sets of several tasks: calibrated, following, growing."""

import numpy as np
import pytest
import tensorflow as tf

from keras_lifelong_vae.novelty import TypicalSets, num_statistics

DIM = 2


@pytest.fixture
def drawn():
    """Statistics and codes of two tasks, 4,000 images each."""
    draw = np.random.default_rng(0)
    size = num_statistics(DIM)
    mixings = draw.normal(size=(2, size, size))
    statistics = [
        (5 * k + draw.normal(size=(4000, size)) @ mixings[k]).astype("float32") for k in (0, 1)
    ]
    for one in statistics:
        one[:, DIM] = 3.0 + 0.1 * one[:, DIM]  # deviances are not negative
    return statistics


@pytest.fixture
def learned(drawn):
    sets = TypicalSets(DIM, max_tasks=3, num_components=2)
    for task, statistics in enumerate(drawn):
        sets.summarize(task, statistics[:, :DIM], statistics)  # z is the mean: no noise
    return sets


def alarms(sets, statistics, rate):
    return float((sets.novelty(tf.constant(statistics)).numpy() > -np.log(rate)).mean())


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.3])
def test_false_alarms_are_as_many_as_asked_for(learned, drawn, rate):
    for statistics in drawn:
        assert alarms(learned, statistics, rate) == pytest.approx(rate, rel=0.2)


def test_novelty_is_the_least_surprise_of_all_tasks(learned, drawn):
    far = tf.constant(drawn[0][:4] + 1000.0)
    assert (learned.novelty(far).numpy() > 100).all()
    one = TypicalSets(DIM, max_tasks=1, num_components=2)
    one.summarize(0, drawn[0][:, :DIM], drawn[0])
    both, alone = (sets.novelty(tf.constant(drawn[0])).numpy() for sets in (learned, one))
    assert (both <= alone + 1e-4).all()


def test_without_a_task_novelty_is_unknown(drawn):
    sets = TypicalSets(DIM, max_tasks=2, num_components=2)
    assert np.isnan(sets.novelty(tf.constant(drawn[0][:3]))).all()


def test_a_typical_set_follows_what_it_is_shown(learned, drawn):
    before = drawn[0][:50].copy()
    before[:, DIM] = 2.0
    after = before + np.float32([0.7, -0.3, 0, 0, 0])
    novelty = learned.novelty(tf.constant(drawn[0])).numpy()
    learned.follow(np.zeros(50, int), before, after)
    moved = learned.novelty(tf.constant(drawn[0] + after[0] - before[0])).numpy()
    np.testing.assert_allclose(moved, novelty, rtol=1e-3, atol=1e-3)
    after[:, DIM] = np.arcsinh(np.sinh(2.0) + 4.0)  # four nats more of deviance
    locs = learned.densities.locs.numpy()[:2, DIM]
    learned.follow(np.zeros(50, int), before, after)
    found = np.sinh(learned.densities.locs.numpy()[:2, DIM])
    np.testing.assert_allclose(found, np.maximum(np.sinh(locs) + 4.0, 0.0), rtol=1e-4)


def test_tasks_follow_together_as_each_alone(learned, drawn):
    rng = np.random.default_rng(1)
    tasks = rng.permutation(np.repeat([0, 1], [30, 20]))
    before = np.abs(rng.normal(2.0, 1.0, (50, num_statistics(DIM)))).astype("float32")
    after = before + rng.normal(size=before.shape).astype("float32")
    locs = learned.densities.locs.numpy()
    learned.follow(tasks, before, after)
    together = learned.densities.locs.numpy()
    learned.densities.locs.assign(locs)
    for task in (0, 1):
        own = tasks == task
        learned.follow(tasks[own], before[own], after[own])
    np.testing.assert_allclose(learned.densities.locs, together, rtol=1e-6)
    assert np.abs(together - locs)[:4, : DIM + 1].min() > 1e-3


def test_noise_of_the_codes_widens_the_set(drawn):
    wide = TypicalSets(DIM, max_tasks=1, num_components=1)
    wide.summarize(0, drawn[0][:, :DIM] + 3.0, drawn[0])
    factor = wide.densities.scale_trils.numpy()[0]
    spread = np.diag(factor @ factor.T)[:DIM]
    np.testing.assert_allclose(spread, drawn[0][:, :DIM].var(axis=0) + 2 * 9.0, rtol=1e-3)


def test_more_room_changes_no_answer(learned, drawn):
    before = learned.novelty(tf.constant(drawn[1][:50])).numpy()
    learned.grow(7)
    np.testing.assert_allclose(learned.novelty(tf.constant(drawn[1][:50])), before, rtol=1e-5)
    assert learned.tails.quantiles.shape == (7, 11)
