"""Consistency: the student's posterior is held to the teacher's on what the teacher made."""

import math
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from keras_lifelong_vae import finite
from keras_lifelong_vae.checks import check_choice, check_choices
from keras_lifelong_vae.latents import Latent
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.terms.step import Step
from keras_lifelong_vae.terms.term import Term, zeros
from keras_lifelong_vae.types import Posterior, Tensor

DIRECTIONS = ("teacher_to_student", "student_to_teacher")
PROBABILITY_FLOOR = 1e-6


@register
class Consistency(Term):
    """gamma KL(q_teacher(z | x) || q(z | x)) of a replayed x, 0 if x is real.

    Args:
        weight: gamma.
        name: See `Term`.
        parts: Heads of the latent that take part, such as `("categorical",)`; all if `None`.
        direction: "teacher_to_student" or, for comparison, "student_to_teacher".

    Reference: "Lifelong Generative Modeling", arXiv 1705.09847, the Bayesian update rule.
    """

    def __init__(
        self,
        weight: float = 1.0,
        name: str | None = None,
        parts: Sequence[str] | None = None,
        direction: str = "teacher_to_student",
    ) -> None:
        super().__init__(weight, name)
        # A string is refused by `build`, which knows the heads.
        self.parts = parts if parts is None or isinstance(parts, str) else tuple(parts)
        self.direction = check_choice(direction, "direction", DIRECTIONS)

    def build(self, model: Any) -> None:
        if self.parts is not None:
            check_choices(self.parts, "parts", tuple(model.student.latent.heads))

    def value(self, step: Step) -> Tensor:
        if step.replay_begin is None:
            return zeros(step)
        student = step.maybe_replayed(step.posterior)
        latent = step.student.latent
        return step.where_replayed(
            consistency_kl(latent, step.teacher_posterior, student, self.direction, self.parts)
        )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "parts": self.parts, "direction": self.direction}


def consistency_kl(
    latent: Latent,
    teacher: Posterior,
    student: Posterior,
    direction: str = "teacher_to_student",
    parts: Sequence[str] | None = None,
) -> Tensor:
    """KL between the posteriors of teacher and student for the same images.

        teacher_to_student: KL(q_teacher(z | x) || q_student(z | x))
        student_to_teacher: KL(q_student(z | x) || q_teacher(z | x))

    The first is finite for a student with more categories than the teacher. The second is
    infinite for one, so there the teacher's probabilities are floored at `PROBABILITY_FLOOR`.

    Args:
        latent: Whose posteriors they are.
        teacher: Posterior of the frozen teacher; no gradient flows into it.
        student: Posterior of the student.
        direction: Which of the two KLs.
        parts: Which heads of the latent take part; all if `None`.

    Returns:
        Nats per example, `(batch_size,)`.
    """
    teacher = tf.nest.map_structure(tf.stop_gradient, teacher)
    if direction == "teacher_to_student":
        divergences = latent.kl(teacher, student)
    else:
        log_probs = tf.nn.log_softmax(finite.wide(teacher.logits))
        logits = tf.maximum(log_probs, math.log(PROBABILITY_FLOOR))
        divergences = latent.kl(student, teacher._replace(logits=logits))
    chosen = [kl for name, kl in divergences.items() if parts is None or name in parts]
    return sum(chosen, tf.zeros_like(finite.wide(student.gaussian.loc)[:, 0]))
