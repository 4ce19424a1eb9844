"""Consistency: the student's posterior is held to the teacher's on what the teacher made."""

import math
from collections.abc import Sequence

import tensorflow as tf

from keras_lifelong_vae.checks import check_choice
from keras_lifelong_vae.objectives.divergences import categorical_kl, gaussian_kl
from keras_lifelong_vae.types import Posterior, Tensor

DIRECTIONS = ("teacher_to_student", "student_to_teacher")
PARTS = ("categorical", "gaussian")
PROBABILITY_FLOOR = 1e-6


def consistency_kl(
    teacher: Posterior,
    student: Posterior,
    direction: str = "teacher_to_student",
    parts: Sequence[str] = PARTS,
) -> Tensor:
    """KL between the posteriors of teacher and student for the same images.

        teacher_to_student: KL(q_teacher(z | x) || q_student(z | x))
        student_to_teacher: KL(q_student(z | x) || q_teacher(z | x))

    The first is finite for a student with more categories than the teacher. The second is
    infinite for one, so there the teacher's probabilities are floored at `PROBABILITY_FLOOR`.

    Args:
        teacher: Posterior of the frozen teacher; no gradient flows into it.
        student: Posterior of the student.
        direction: Which of the two KLs.
        parts: Which parts of the latent take part: "categorical", "gaussian" or both.

    Returns:
        Nats per example, `(batch_size,)`.

    Raises:
        ValueError: If `direction` or one of `parts` is unknown.

    Reference: "Lifelong Generative Modeling", arXiv 1705.09847, the Bayesian update rule.
    """
    teacher = tf.nest.map_structure(tf.stop_gradient, teacher)
    if check_choice(direction, "direction", DIRECTIONS) == "teacher_to_student":
        first, second = teacher, student
    else:
        first, second = student, teacher._replace(logits=_floored(teacher.logits))
    total = tf.zeros_like(student.gaussian.loc[:, 0])
    for part in parts:
        if check_choice(part, "parts", PARTS) == "categorical":
            total += categorical_kl(first.logits, second.logits)
        else:
            total += gaussian_kl(first.gaussian, second.gaussian)
    return total


def _floored(logits: Tensor) -> Tensor:
    return tf.maximum(tf.nn.log_softmax(logits), math.log(PROBABILITY_FLOOR))
