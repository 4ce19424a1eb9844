"""Elastic weight consolidation: weights that earlier tasks need are held where they were."""

from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.replay import Ring, real_only
from keras_lifelong_vae.terms.fisher import fisher_function
from keras_lifelong_vae.terms.step import Step
from keras_lifelong_vae.terms.term import Term
from keras_lifelong_vae.terms.weight_statistics import WeightStatistics
from keras_lifelong_vae.types import Tensor


@register
class EWC(Term):
    """1/2 sum_i F_i (w_i - w*_i)^2 for all images alike, F = sum_t F_t.

    F_t is the diagonal Fisher information of task t: the mean over images of the squared gradient
    of each image's -ELBO, taken when the task ends. As memory must not grow with the tasks, one
    anchor w*, the weights at the end of the last task (the teacher's), serves the sum of all F_t.

    Args:
        weight: Of the penalty. With 0 nothing is held.
        name: See `Term`.
        images: From how many of the task's last images F_t is estimated. They are kept while the
            task lasts and dropped when it ends.

    References: Kirkpatrick et al., "Overcoming catastrophic forgetting in neural networks", 2017;
    Huszar, "Note on the quadratic penalties in elastic weight consolidation", 2018 (one anchor).
    """

    def __init__(self, weight: float = 100.0, name: str | None = None, images: int = 1024) -> None:
        super().__init__(weight, name)
        self.images = check_positive_int(images, "images")

    def build(self, model: Any) -> None:
        self._pairs = weight_pairs(model)
        own = [own for own, _ in self._pairs]
        self.fisher = WeightStatistics(own, 0.0, name="fisher")
        self.recent_images = Ring(self.images, model.event_shape, name="recent_images")
        self._prepare(model)

    @property
    def state(self) -> list[keras.layers.Layer]:
        return [self.fisher, self.recent_images]

    def value(self, step: Step) -> Tensor:
        pulls = [
            tf.reduce_sum(fisher * tf.square(tf.subtract(own, before)))
            for fisher, (own, before) in zip(self.fisher.values, self._pairs, strict=True)
        ]
        return 0.5 * tf.add_n(pulls)

    def observe(self, step: Step) -> None:
        images = tf.cast(step.images, tf.float32)
        self.recent_images.remember(images, step.is_real)

    def end_task(self, model: Any) -> None:
        fisher = self._fisher_of_images(self.recent_images.collect())
        self.fisher.assign([old + new for old, new in zip(self.fisher.values, fisher, strict=True)])
        self.recent_images.forget()

    def drop_task(self, model: Any) -> None:
        self.recent_images.forget()

    def grow(self, model: Any) -> None:
        self._pairs = weight_pairs(model)
        self.fisher.grow([own for own, _ in self._pairs])
        self._prepare(model)

    def _prepare(self, model: Any) -> None:
        def negative_elbo(image: Tensor, number: Tensor) -> Tensor:
            seed = tf.stack([number, tf.convert_to_tensor(model.finished_tasks)])
            step = Step(real_only(image[None]), model.student, seed)
            log_likelihood = step.student.likelihood.log_prob(step.images, step.parameters)
            kls = step.student.latent.kl_to_prior(step.posterior, step.code)
            return tf.reduce_sum(tf.add_n(list(kls.values())) - log_likelihood)

        self._fisher_of_images = fisher_function(negative_elbo, [own for own, _ in self._pairs])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "images": self.images}


def weight_pairs(model: Any) -> list[tuple[keras.Variable, keras.Variable]]:
    """Each trainable weight of the student beside the same weight of the teacher."""
    pairs = zip(model.student.weights, model.teacher.weights, strict=True)
    return [(own, before) for own, before in pairs if own.trainable]
