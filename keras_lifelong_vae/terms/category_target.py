"""The category as a target, so that z_d tells tasks apart, or classes."""

from typing import Any

import numpy as np
import tensorflow as tf

from keras_lifelong_vae import finite
from keras_lifelong_vae.latents.relaxed_categorical_latent import INACTIVE_LOGIT
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.terms.step import NO_LABEL, Step
from keras_lifelong_vae.terms.term import Term
from keras_lifelong_vae.types import Tensor


@register
class CategoryTarget(Term):
    """-log q(z_d in S | x): S is the teacher's category if x was replayed, else x's task's.

    The KL to the task's prior asks the same of a real x, but its gradient vanishes once q is
    sure of an old category. Not in the article.

    Args:
        weight: See `Term`.
        name: See `Term`.
        labelled: Whether S is the one category of x's label where that is known, so that z_d is a
            classifier of all that was learned. `fit(images, labels)` is given integers 0, ...,
            `categories_per_task - 1`, which say to which of its task's categories an image belongs,
            and -1 where nobody knows. Any other label makes the term NaN, which ends `fit`.

    Raises:
        ValueError: By the model, if its latent has no categorical part.
    """

    def __init__(
        self, weight: float = 1.0, name: str | None = None, labelled: bool = False
    ) -> None:
        super().__init__(weight, name)
        self.needs_labels = labelled

    def build(self, model: Any) -> None:
        model.check_has_categories(f"the term {self.name!r}")

    def value(self, step: Step) -> Tensor:
        latent = step.student.latent
        own = latent.categorical.is_of_present_task(latent.categories_per_task)
        if self.needs_labels:
            surprise = _surprise_of_labels(step, own)
        else:
            surprise = _surprise(step.posterior.logits, own)
        if step.replay_begin is None:
            return surprise
        logits = step.maybe_replayed(step.posterior.logits)
        again = _surprise(logits, step.teacher_code.discrete > 0)
        return tf.where(step.is_real, surprise, tf.pad(again, [[step.replay_begin, 0]]))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "labelled": self.needs_labels}


def _surprise_of_labels(step: Step, own: Tensor) -> Tensor:
    """Of the category among `own` that a label stands for, of all without one; NaN if none does."""
    replayed = tf.shape(step.weight)[0] - tf.shape(step.labels)[0]
    labels = tf.pad(step.labels, [[0, replayed]], constant_values=NO_LABEL)[:, None]
    place = tf.cumsum(tf.cast(own, tf.int32)) - 1
    wanted = own & ((place == labels) | (labels == NO_LABEL))
    surprise = _surprise(step.posterior.logits, wanted)
    return tf.where(tf.reduce_any(wanted, axis=-1), surprise, np.nan)


def _surprise(logits: Tensor, wanted: Tensor) -> Tensor:
    """-log q(z_d in the wanted categories), nats, `(batch_size,)`."""
    logits = finite.wide(logits)
    chosen = tf.where(wanted, logits, tf.constant(INACTIVE_LOGIT, logits.dtype))
    return tf.reduce_logsumexp(logits, axis=-1) - tf.reduce_logsumexp(chosen, axis=-1)
