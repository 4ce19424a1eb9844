"""Elastic weight consolidation: weights that earlier tasks need are held where they were."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from keras_lifelong_vae.checks import check_non_negative, check_positive_int
from keras_lifelong_vae.models import LifelongVAE
from keras_lifelong_vae.models.inputs import images_of
from keras_lifelong_vae.models.replay import MixedBatch, real_only
from keras_lifelong_vae.models.ring import Ring
from keras_lifelong_vae.models.training import BatchLoss
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.strategies.fisher import fisher_function
from keras_lifelong_vae.strategies.plain import PLAIN
from keras_lifelong_vae.strategies.weight_pairs import weight_pairs
from keras_lifelong_vae.strategies.weight_statistics import WeightStatistics
from keras_lifelong_vae.types import Tensor


@register
class EWCVAE(LifelongVAE):
    """A VAE without replay whose weights are tied to those of the task before.

        -ELBO(x) + strength / 2 * sum_i F_i (w_i - w*_i)^2,    F = sum_t F_t

    F_t is the diagonal Fisher information of task t: the mean over images of the squared gradient
    of each image's ELBO, taken when the task ends. As memory must not grow with the tasks, one
    anchor w*, the weights at the end of the last task (the teacher's), serves the sum of all F_t.

    Args:
        event_shape: Shape of one image.
        strength: Weight of the penalty, at least 0. With 0 nothing is held.
        fisher_images: From how many of the task's last images F_t is estimated. They are kept
            while the task lasts and dropped when it ends.
        **kwargs: Of `LifelongVAE`; without replay and with a uniform p(z_d) unless they say so.

    Raises:
        ValueError: If an argument is out of its range.

    References: Kirkpatrick et al., "Overcoming catastrophic forgetting in neural networks", 2017;
    Huszar, "Note on the quadratic penalties in elastic weight consolidation", 2018 (one anchor).
    """

    def __init__(
        self,
        event_shape: Sequence[int],
        strength: float = 100.0,
        fisher_images: int = 1024,
        **kwargs: Any,
    ) -> None:
        # Before the rest, because it ends with `build`.
        self.strength = check_non_negative(strength, "strength")
        self.fisher_images = check_positive_int(fisher_images, "fisher_images")
        super().__init__(event_shape, **{**PLAIN, **kwargs})

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        own = [own for own, _ in weight_pairs(self)]
        self.fisher = WeightStatistics(own, 0.0, name="fisher")
        self.recent_images = Ring(self.fisher_images, self.event_shape, name="recent_images")
        self._prepare_fisher()

    def train_step(self, data: Any) -> dict[str, Tensor]:
        images = tf.cast(images_of(data), tf.float32)
        self.recent_images.remember(images, tf.ones((tf.shape(images)[0],), tf.bool))
        return super().train_step(data)

    def _loss(self, batch: MixedBatch, seed: Tensor) -> BatchLoss:
        loss = super()._loss(batch, seed)
        pulls = [
            tf.reduce_sum(fisher * tf.square(tf.subtract(own, before)))
            for fisher, (own, before) in zip(self.fisher.values, weight_pairs(self), strict=True)
        ]
        return loss._replace(total=loss.total + 0.5 * self.strength * tf.add_n(pulls))

    def rollover_teacher(self) -> None:
        super().rollover_teacher()
        fisher = self._fisher_of_images(self.recent_images.collect())
        self.fisher.assign([old + new for old, new in zip(self.fisher.values, fisher, strict=True)])
        self.recent_images.forget()

    def _loss_of_image(self, image: Tensor, number: Tensor) -> Tensor:
        """-ELBO of one image, with noise of its own."""
        seed = tf.stack([number, tf.convert_to_tensor(self.finished_tasks)])
        return super()._loss(real_only(image[None]), seed).total

    def _prepare_fisher(self) -> None:
        own = [own for own, _ in weight_pairs(self)]
        self._fisher_of_images = fisher_function(self._loss_of_image, own)

    def _grow_parts(self, capacity: int) -> None:
        super()._grow_parts(capacity)
        self.fisher.grow([own for own, _ in weight_pairs(self)])
        self._prepare_fisher()

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "strength": self.strength,
            "fisher_images": self.fisher_images,
        }
