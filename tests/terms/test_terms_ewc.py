"""EWC: what is held, how hard, and what is kept for it."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from model_helpers import (
    assert_same,
    digits,
    joint_latent,
    learn_task,
    small_model,
    step_of,
    term_of,
)

from keras_lifelong_vae import TeacherRollover
from keras_lifelong_vae.replay import real_only
from keras_lifelong_vae.terms import EWC
from keras_lifelong_vae.terms.ewc import weight_pairs

SEED = tf.constant([1, 2])


def ewc_model(weight, **options):
    return small_model(replay=None, terms=[EWC(weight, **options)])


def loss_of(model, images):
    return float(model.batch_loss(step_of(model, real_only(tf.constant(images)), SEED))[0])


def test_without_weight_it_is_the_naive_model_to_the_bit():
    naive, ewc = small_model(replay=None), ewc_model(0.0)
    for label in (0, 1):
        learn_task(naive, digits(label))
        learn_task(ewc, digits(label))
    assert_same(naive.student.weights, ewc.student.weights)


def test_the_first_task_is_learned_as_by_the_naive_model():
    naive, ewc = small_model(replay=None), ewc_model(1e4)
    for one in (naive, ewc):
        learn_task(one, digits(0))
    assert_same(naive.student.weights, ewc.student.weights)


def test_the_penalty_is_half_the_weighted_squared_distance():
    held, free = ewc_model(7.0), ewc_model(0.0)
    for one in (held, free):
        learn_task(one, digits(0))
        for own, _ in weight_pairs(one):
            own.assign_add(tf.fill(own.shape, 0.01))
    values = term_of(held, EWC).fisher.values
    fisher = np.concatenate([value.numpy().ravel() for value in values])
    assert fisher.min() >= 0 < fisher.max()
    expected = 0.5 * 7.0 * fisher.sum(dtype="float64") * 0.01**2
    gap = loss_of(held, digits(1, 64)) - loss_of(free, digits(1, 64))
    assert gap == pytest.approx(expected, rel=0.02, abs=2e-5)
    step = step_of(held, real_only(tf.constant(digits(1, 4))))
    assert float(term_of(held, EWC).value(step)) == pytest.approx(expected / 7.0, rel=1e-3)


def test_its_gradient_pulls_a_weight_back_to_where_it_was():
    model = ewc_model(1.0)
    learn_task(model, digits(0))
    own, _ = weight_pairs(model)[0]
    own.assign_add(tf.fill(own.shape, 0.01))
    with tf.GradientTape() as tape:
        value = term_of(model, EWC).value(None)
    fisher = term_of(model, EWC).fisher.values[0]
    np.testing.assert_allclose(
        tape.gradient(value, own.value), 0.01 * fisher.numpy(), rtol=1e-2, atol=1e-7
    )


def test_the_fisher_information_of_tasks_is_summed_and_the_images_are_dropped():
    model = ewc_model(0.0, images=20)
    term = term_of(model, EWC)
    learn_task(model, digits(0))
    first = [value.numpy() for value in term.fisher.values]
    assert not term.recent_images.rows.numpy().any()
    learn_task(model, digits(1))
    assert int(term.recent_images.count) == 0
    for value, one in zip(term.fisher.values, first, strict=True):
        assert (value.numpy() >= one).all()
    assert any(
        (value.numpy() > one).any() for value, one in zip(term.fisher.values, first, strict=True)
    )


def test_a_strong_penalty_holds_the_weights_that_matter():
    moved = {}
    for weight in (0.0, 1e5):
        model = ewc_model(weight)
        learn_task(model, digits(0), epochs=3)
        before = [own.numpy() for own, _ in weight_pairs(model)]
        importance = [value.numpy() for value in term_of(model, EWC).fisher.values]
        learn_task(model, digits(1), epochs=3)
        own = [own.numpy() for own, _ in weight_pairs(model)]
        moved[weight] = sum(
            (f * (a - b) ** 2).sum() for f, a, b in zip(importance, own, before, strict=True)
        )
    assert moved[1e5] < 0.1 * moved[0.0]


def test_it_has_room_for_new_weights_and_is_saved_with_the_model(tmp_path):
    latent = joint_latent(task_capacity=1)
    model = small_model(replay=None, terms=[EWC(5.0, images=30)], latent=latent)
    learn_task(model, digits(0, 64))
    pairs = zip(term_of(model, EWC).fisher.values, weight_pairs(model), strict=True)
    assert all(value.shape == own.shape for value, (own, _) in pairs)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert_same(term_of(loaded, EWC).fisher.weights, term_of(model, EWC).fisher.weights)
    for one in (model, loaded):
        learn_task(one, digits(1, 64))
    assert_same(model.weights, loaded.weights)


def test_images_of_replay_are_no_part_of_its_estimate():
    model = small_model(terms=[EWC(1.0, images=500)])
    model.fit(digits(0, 64), verbose=0, callbacks=[TeacherRollover()])
    model.fit(digits(1, 40), verbose=0)
    remembered = term_of(model, EWC).recent_images.collect()
    expected = {image.tobytes() for image in digits(1, 40)}
    assert {image.tobytes() for image in remembered} == expected


@pytest.mark.parametrize(
    ("options", "message"), [({"weight": -1.0}, "`weight`"), ({"images": 0}, "`images`")]
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        EWC(**options)
