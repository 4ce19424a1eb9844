"""What a model says about novelty: calibrated, saved, and never NaN."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from model_helpers import assert_same, digits, learn_task, small_model

from keras_lifelong_vae import Replay, TeacherRollover
from keras_lifelong_vae.novelty import num_statistics


@pytest.fixture(scope="module")
def model():
    """Three digits, learned well enough for the student to change little in the end."""
    model = small_model(mode="graph", learning_rate=3e-3)
    for label in (0, 1, 2):
        model.fit(digits(label), epochs=30, verbose=0, callbacks=[TeacherRollover()])
    return model


def test_learned_images_seldom_raise_an_alarm(model):
    for label in (0, 1, 2):
        assert model.is_novel(digits(label), false_alarms=0.05).mean() < 0.25
    assert model.is_novel(np.ones((3, 8, 8, 1), "float32")).all()
    assert model.is_novel(np.zeros((3, 8, 8, 1), "float32")).all()
    noise = np.random.default_rng(0).random((50, 8, 8, 1), "float32")
    assert model.is_novel(noise).mean() > 0.9


def test_is_novel_compares_novelty_with_the_rate(model):
    images = digits(5, 40)
    novelty = model.novelty(images)
    assert novelty.shape == (40,)
    assert (novelty >= 0).all()
    for rate in (0.01, 0.2):
        np.testing.assert_array_equal(model.is_novel(images, rate), novelty > -np.log(rate))
    np.testing.assert_array_equal(model.novelty(images), novelty)
    batched = model.novelty(tf.data.Dataset.from_tensor_slices(images).batch(7))
    np.testing.assert_allclose(batched, novelty, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("value", [np.nan, np.inf, -0.1, 1.2])
def test_what_is_outside_the_support_is_infinitely_novel(model, value):
    images = digits(0, 6)
    expected = model.novelty(images)
    images[2, 3, 3] = value
    found = model.novelty(images)
    assert found[2] == np.inf
    assert model.is_novel(images)[2]
    np.testing.assert_allclose(np.delete(found, 2), np.delete(expected, 2), rtol=1e-5)


@pytest.mark.parametrize("rate", [0, 1, -0.1, 1.5, "few", True, np.nan])
def test_a_rate_that_is_none_is_refused(model, rate):
    with pytest.raises(ValueError, match="`false_alarms` must be"):
        model.is_novel(digits(0, 1), rate)


def test_images_of_another_kind_are_refused(model):
    with pytest.raises(TypeError, match="`images` must hold floating-point values"):
        model.novelty(np.zeros((1, 8, 8, 1), "uint8"))
    with pytest.raises(ValueError, match="`images` must have shape"):
        model.novelty(np.zeros((1, 7, 8, 1), "float32"))


def test_a_model_that_knows_no_task_says_so():
    images = digits(0, 16)
    for model, learns in ((small_model(), False), (small_model(replay=None), True)):
        if learns:
            learn_task(model, images)
        with pytest.raises(ValueError, match="`novelty` needs a model that has finished a task"):
            model.novelty(images)
    model = small_model(replay=Replay(codes="prior"))
    assert model.typical_sets is None


def test_it_is_saved_with_the_model(model, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert_same(loaded.typical_sets.weights, model.typical_sets.weights)
    images = digits(4, 5)
    np.testing.assert_array_equal(loaded.novelty(images), model.novelty(images))


def test_statistics_are_remembered_beside_the_codes_and_dropped_with_them():
    model = small_model()
    learn_task(model, digits(0, 40))
    model.fit(digits(1, 24), batch_size=8, verbose=0)
    codes = model.recent_codes.collect()
    assert codes.statistics.shape == (24, num_statistics(4))
    # z ~ q(z | x) lies around the mean of q(z | x), row by row.
    apart = codes.continuous - codes.statistics[:, :4]
    assert 0 < np.abs(apart).mean() < 2
    model.restore_from_teacher()
    assert int(model.recent_codes.ring.count) == 0


def test_a_bad_batch_leaves_no_statistics():
    model = small_model(on_bad_batch="skip")
    model.fit(digits(0, 16), batch_size=8, verbose=0)
    before = model.recent_codes.collect().statistics
    assert before.any()
    images = digits(0, 8)
    images[3, 0, 0] = np.nan
    model.train_step(tf.constant(images))
    np.testing.assert_array_equal(model.recent_codes.collect().statistics, before)
