"""What every term of the loss offers."""

import re
from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae.checks import check_non_negative
from keras_lifelong_vae.terms.step import Step
from keras_lifelong_vae.types import Tensor


class Term:
    """One term of the loss: what it is for each image, and how much it weighs.

    A subclass computes `value`; it is logged under `name` and saved with the model, if it is
    registered with Keras and `get_config` has its own arguments.

    Args:
        weight: By which the value is multiplied in the loss, at least 0. With 0 it is not computed
            and logged as 0.
        name: Under which it is logged; the class's own in snake case if `None`.

    Attributes:
        needs_teacher: Whether it asks a step for the teacher also without replay.
        needs_labels: Whether it asks a step for labels, so that `fit` must be given them.

    Example:

    ```python
    @keras.saving.register_keras_serializable("mine")
    class SmallCodes(klv.terms.Term):
        def value(self, step):
            return tf.reduce_sum(tf.square(step.code.continuous), axis=-1)

    model = klv.LifelongVAE(event_shape, terms=[klv.terms.Consistency(), SmallCodes(0.1)])
    ```
    """

    needs_teacher = False
    needs_labels = False

    def __init__(self, weight: float = 1.0, name: str | None = None) -> None:
        self.weight = check_non_negative(weight, "weight")
        self.name = name or _snake_case(type(self).__name__)

    def value(self, step: Step) -> Tensor | dict[str, Tensor]:
        """Nats per row, `(num_images,)`, or one number for all; or several by name, summed."""
        raise NotImplementedError(f"{type(self).__name__} must have a method `value(step)`.")

    def build(self, model: Any) -> None:
        """Called once, when the model has its parts: makes what `state` returns."""

    @property
    def state(self) -> list[keras.layers.Layer]:
        """The layers whose weights the model trains or saves for this term."""
        return []

    def names(self, model: Any) -> list[str]:
        """Under which names it is logged."""
        return [self.name]

    def observe(self, step: Step) -> None:
        """Called in every training step, after the gradients were taken."""

    @property
    def observes(self) -> bool:
        """Whether it has an `observe` of its own, which changes its `state` in every step."""
        return type(self).observe is not Term.observe

    def end_task(self, model: Any) -> None:
        """Called when a task ends; student and teacher have the same weights."""

    def drop_task(self, model: Any) -> None:
        """Called when the student has become its teacher again: the present task begins anew."""

    def grow(self, model: Any) -> None:
        """Called when the student's weights have become larger."""

    def get_config(self) -> dict[str, Any]:
        return {"weight": self.weight, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Term":
        return cls(**config)


def zeros(step: Step) -> Tensor:
    """What a term is where it has nothing to say."""
    return tf.zeros_like(step.weight)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
