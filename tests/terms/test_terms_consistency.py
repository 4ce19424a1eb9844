"""The consistency KL: direction, parts, new categories, and no gradient into the teacher."""

from functools import partial

import numpy as np
import pytest
import tensorflow as tf
from model_helpers import SEED, GaussianOnly, digits, small_model, step_of, term_of

from keras_lifelong_vae import TeacherRollover, latents
from keras_lifelong_vae.latents.divergences import categorical_kl, gaussian_kl
from keras_lifelong_vae.replay import mix, real_only
from keras_lifelong_vae.terms import Consistency
from keras_lifelong_vae.terms import consistency as module
from keras_lifelong_vae.types import GaussianParameters, Posterior

rng = np.random.default_rng(0)
consistency_kl = partial(module.consistency_kl, latents.JointLatent(3, 1, 4))


def posterior(num_categories=4):
    return Posterior(
        GaussianParameters(rng.normal(size=(5, 3)), rng.normal(size=(5, 3))),
        rng.normal(size=(5, num_categories)),
    )


TEACHER, STUDENT = posterior(), posterior()


def test_teacher_comes_first_by_default():
    expected = gaussian_kl(TEACHER.gaussian, STUDENT.gaussian) + categorical_kl(
        TEACHER.logits, STUDENT.logits
    )
    reverse = consistency_kl(STUDENT, TEACHER)
    np.testing.assert_allclose(consistency_kl(TEACHER, STUDENT), expected, rtol=1e-12)
    assert not np.allclose(reverse, expected)


def test_the_reverse_direction_swaps_the_two():
    result = consistency_kl(TEACHER, STUDENT, "student_to_teacher")
    np.testing.assert_allclose(result, consistency_kl(STUDENT, TEACHER), rtol=1e-9)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("gaussian", gaussian_kl(TEACHER.gaussian, STUDENT.gaussian)),
        ("categorical", categorical_kl(TEACHER.logits, STUDENT.logits)),
    ],
)
def test_each_part_can_stand_alone(part, expected):
    np.testing.assert_allclose(
        consistency_kl(TEACHER, STUDENT, parts=(part,)), expected, rtol=1e-12
    )


def test_it_is_zero_for_equal_posteriors_and_without_parts():
    np.testing.assert_allclose(consistency_kl(TEACHER, TEACHER), 0.0, atol=1e-12)
    np.testing.assert_array_equal(consistency_kl(TEACHER, STUDENT, parts=()), np.zeros(5))


def test_a_category_the_teacher_did_not_have_stays_finite():
    gaussian = GaussianParameters(np.zeros((1, 2)), np.zeros((1, 2)))
    teacher = Posterior(gaussian, np.array([[0.0, 0.0, -1e9]]))
    student = Posterior(gaussian, np.array([[0.0, 0.0, 0.0]]))
    np.testing.assert_allclose(consistency_kl(teacher, student), [np.log(1.5)], rtol=1e-12)
    # Reverse, by hand: sum_k 1/3 (ln 1/3 - ln p_k), p = (1/2, 1/2, floor) normalised
    p = np.array([0.5, 0.5, module.PROBABILITY_FLOOR]) / (1 + module.PROBABILITY_FLOOR)
    expected = np.mean(np.log(1 / 3) - np.log(p))
    reverse = consistency_kl(teacher, student, "student_to_teacher")
    np.testing.assert_allclose(reverse, [expected], rtol=1e-9)


@pytest.mark.parametrize("direction", ["teacher_to_student", "student_to_teacher"])
def test_no_gradient_reaches_the_teacher(direction):
    teacher = tf.nest.map_structure(tf.Variable, TEACHER)
    student = tf.nest.map_structure(tf.Variable, STUDENT)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(consistency_kl(teacher, student, direction))
    to_teacher, to_student = tape.gradient(loss, [teacher, student])
    assert tf.nest.flatten(to_teacher) == [None, None, None]
    assert all(np.abs(part).max() > 1e-3 for part in tf.nest.flatten(to_student))


def test_it_is_zero_on_real_images():
    model = small_model()
    model.fit(digits(0), epochs=1, verbose=0, callbacks=[TeacherRollover()])
    images = tf.constant(digits(1, 8))
    replayed, code = model.replay.show(model.teacher, model.aggregate_posterior, 8, SEED)
    for mode, share in (("on_top", 0.5), ("in_batch", 0.5)):
        batch = mix(images, replayed, tf.constant(share), mode, tf.constant([5, 6]))
        step = step_of(model, batch._replace(code=code))
        found = term_of(model, Consistency).value(step).numpy()
        is_replayed = batch.replayed.numpy() == 1
        assert 0 < is_replayed.sum() < len(is_replayed)
        np.testing.assert_array_equal(found[~is_replayed], 0)
        # A perfect copy answers like its teacher; the images come through the same encoder.
        np.testing.assert_allclose(found[is_replayed], 0, atol=1e-4)


def test_there_is_none_in_a_first_task():
    model = small_model()
    step = step_of(model, real_only(tf.constant(digits(0, 3))))
    np.testing.assert_array_equal(term_of(model, Consistency).value(step), np.zeros(3))


def test_unknown_directions_and_parts_are_refused():
    with pytest.raises(ValueError, match="`direction` must be one of teacher_to_student"):
        Consistency(direction="sideways")
    with pytest.raises(ValueError, match="`parts` must be one of gaussian, categorical"):
        small_model(terms=[Consistency(parts=("pixels",))])
    with pytest.raises(ValueError, match="`parts` must be a sequence of names"):
        small_model(terms=[Consistency(parts="gaussian")])
    with pytest.raises(ValueError, match="`parts` must be one of gaussian, received 'categorical'"):
        small_model(latent=GaussianOnly(), terms=[Consistency(parts=("categorical",))])
