"""The consistency KL: direction, parts, new categories, and no gradient into the teacher."""

import numpy as np
import pytest
import tensorflow as tf

from keras_lifelong_vae.objectives import categorical_kl, consistency_kl, gaussian_kl
from keras_lifelong_vae.objectives.consistency import PROBABILITY_FLOOR
from keras_lifelong_vae.types import GaussianParameters, Posterior

rng = np.random.default_rng(0)


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
    p = np.array([0.5, 0.5, PROBABILITY_FLOOR]) / (1 + PROBABILITY_FLOOR)
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


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"direction": "sideways"}, "`direction` must be one of teacher_to_student"),
        ({"parts": ("pixels",)}, "`parts` must be one of categorical, gaussian"),
    ],
)
def test_unknown_names_are_refused(arguments, match):
    with pytest.raises(ValueError, match=match):
        consistency_kl(TEACHER, STUDENT, **arguments)
