"""The category as a target, so that z_d tells tasks apart."""

from typing import Any

import tensorflow as tf

from keras_lifelong_vae import finite
from keras_lifelong_vae.latents.relaxed_categorical_latent import INACTIVE_LOGIT
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.terms.step import Step
from keras_lifelong_vae.terms.term import Term
from keras_lifelong_vae.types import Tensor


@register
class CategoryTarget(Term):
    """-log q(z_d in S | x): S is the teacher's category if x was replayed, else x's task's.

    The KL to the task's prior asks the same of a real x, but its gradient vanishes once q is
    sure of an old category. Not in the article.

    Raises:
        ValueError: By the model, if its latent has no categorical part.
    """

    def build(self, model: Any) -> None:
        model.check_has_categories(f"the term {self.name!r}")

    def value(self, step: Step) -> Tensor:
        latent = step.student.latent
        own = latent.categorical.is_of_present_task(latent.categories_per_task)
        surprise = _surprise(step.posterior.logits, own)
        if step.replay_begin is None:
            return surprise
        logits = step.maybe_replayed(step.posterior.logits)
        again = _surprise(logits, step.teacher_code.discrete > 0)
        return tf.where(step.is_real, surprise, tf.pad(again, [[step.replay_begin, 0]]))


def _surprise(logits: Tensor, wanted: Tensor) -> Tensor:
    """-log q(z_d in the wanted categories), nats, `(batch_size,)`."""
    logits = finite.wide(logits)
    chosen = tf.where(wanted, logits, tf.constant(INACTIVE_LOGIT, logits.dtype))
    return tf.reduce_logsumexp(logits, axis=-1) - tf.reduce_logsumexp(chosen, axis=-1)
