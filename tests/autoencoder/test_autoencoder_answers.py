"""One set of functions behind the methods of a model and the signatures of its export."""

import numpy as np
import pytest
import tensorflow as tf
from model_helpers import digits, small_model

from keras_lifelong_vae import TeacherRollover
from keras_lifelong_vae.autoencoder import Answers

IMAGES = digits(0, 12)
NEW = {"novelty": np.inf, "novelty_quantile": 1.0, "outside_support": 1}  # of a bad row


@pytest.fixture(scope="module")
def model():
    model = small_model(mode="graph", categories_per_task=2, learning_rate=3e-3)
    for label in (0, 1):
        model.fit(digits(label), verbose=0, callbacks=[TeacherRollover()])
    return model


@pytest.fixture(scope="module")
def answers(model):
    summaries, tasks = model.aggregate_posterior.sample, model.finished_tasks
    return Answers(model.student, summaries=summaries, tasks=tasks)


def row_seeds(seed, number):
    numbers = np.random.default_rng(seed)
    return tf.constant(numbers.integers(-(2**63), 2**63, number, dtype="int64"))


def test_negative_elbo_is_the_score_of_the_same_row_seeds(model, answers):
    score = answers.score(tf.constant(IMAGES), row_seeds(5, 12))
    np.testing.assert_allclose(
        model.negative_elbo(IMAGES, seed=5), score["negative_elbo"], rtol=1e-6
    )
    parts = ("reconstruction", "kl_gaussian", "kl_categorical")
    assert set(score) == {"negative_elbo", *parts, *NEW}
    assert np.isnan(score["novelty"]).all()  # these answers know of no task
    assert not np.any(score["outside_support"])
    np.testing.assert_allclose(
        score["negative_elbo"], sum(score[name] for name in parts), rtol=1e-6
    )


def test_the_other_methods_are_answers_too(model, answers):
    images = tf.constant(IMAGES)
    np.testing.assert_allclose(
        model.reconstruct(IMAGES), answers.reconstruct(images)["reconstruction"], atol=1e-6
    )
    encoding = answers.encode(images)
    for name, value in model.encode(IMAGES)._asdict().items():
        np.testing.assert_allclose(value, encoding[name], atol=1e-6)
    category = tf.zeros(12, tf.int64)
    decoded = answers.decode(encoding["loc"], category)["images"]
    np.testing.assert_allclose(model.decode(encoding["loc"], 0), decoded, atol=1e-6)
    anything = tf.fill((12,), np.int64(-1))
    shown = answers.generate(row_seeds(5, 12), anything, anything)["images"]
    np.testing.assert_allclose(model.generate(12, seed=5), shown, atol=1e-6)
    shown = answers.generate_from_prior(row_seeds(5, 12), anything)["images"]
    np.testing.assert_allclose(model.generate(12, seed=5, prior="prior"), shown, atol=1e-6)


def test_a_row_is_answered_alike_in_whatever_batch_it_is(answers):
    images, seeds = tf.constant(IMAGES), row_seeds(1, 12)
    category = tf.constant([-1, 0, 1, 2, 3, -1] * 2, tf.int64)
    task = tf.constant([-1, 0, 1] * 4, tf.int64)
    asked = {
        "score": (images, seeds),
        "encode": (images,),
        "reconstruct": (images,),
        "generate": (seeds, category, task),
        "generate_from_prior": (seeds, category),
    }
    order = np.random.default_rng(0).permutation(12)[:5]
    for name, inputs in asked.items():
        whole = getattr(answers, name)(*inputs)
        part = getattr(answers, name)(*(tf.gather(one, order) for one in inputs))
        for key, value in whole.items():
            np.testing.assert_allclose(
                part[key], tf.gather(value, order), rtol=1e-5, atol=1e-6, err_msg=key
            )


def test_a_bad_row_spoils_no_other(answers):
    images = IMAGES.copy()
    images[3, 0, 0, 0] = np.nan
    seeds = row_seeds(2, 12)
    bad, good = answers.score(tf.constant(images), seeds), answers.score(tf.constant(IMAGES), seeds)
    rest = np.arange(12) != 3
    for name, value in bad.items():
        expected = NEW.get(name, np.nan)
        np.testing.assert_array_equal(value[3], expected)
        np.testing.assert_allclose(value.numpy()[rest], good[name].numpy()[rest], rtol=1e-5)
    asked = tf.constant([0, 4, -2, 10**9, -1, 3] * 2, tf.int64)  # 0 ... 3 are active
    tasks = tf.constant([0] * 6 + [2] * 6, tf.int64)  # there are two
    shown = answers.generate(seeds, asked, tasks)["images"].numpy().reshape(12, -1)
    bad = np.isnan(shown).all(axis=1).tolist()
    assert bad == [False, True, True, True, False, False] + 6 * [True]
    assert not np.isnan(shown[[0, 4, 5]]).any()


def test_categories_that_become_active_are_known_at_once():
    model = small_model(categories_per_task=2)
    answers = Answers(model.student)
    assert int(answers.active) == 2
    model.student.latent.categorical.active_categories.assign(4)
    assert int(answers.active) == 4
    assert Answers(model.student, active=3).active == 3


def test_bytes_are_pixels(answers):
    pixels = np.rint(255 * IMAGES).astype("uint8")
    found = answers.reconstruct_uint8(tf.constant(pixels))["reconstruction"]
    expected = answers.reconstruct(tf.constant(pixels / np.float32(255)))["reconstruction"]
    np.testing.assert_allclose(found, expected, atol=1e-6)
