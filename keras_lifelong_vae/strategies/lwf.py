"""Learning without forgetting, carried over to a VAE: the teacher answers on the new data."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from keras_lifelong_vae.checks import check_non_negative
from keras_lifelong_vae.models import LifelongVAE
from keras_lifelong_vae.models.replay import MixedBatch
from keras_lifelong_vae.models.training import BatchLoss
from keras_lifelong_vae.objectives import consistency_kl
from keras_lifelong_vae.objectives.consistency import PARTS
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.strategies.plain import PLAIN
from keras_lifelong_vae.types import Posterior, Tensor


@register
class LwFVAE(LifelongVAE):
    """A VAE without replay that goes on answering as its teacher does, asked about new data.

        -ELBO(x) + w * [ KL(q_T(z | x) || q(z | x)) - E_{z ~ q_T(z | x)} log p(x_T(z) | z) ]

    Learning without Forgetting keeps a classifier's old outputs on the new task's inputs. Two
    things were carried over: the encoder's output is the posterior, so the old answer is q_T(z | x)
    and the distance a KL; the decoder's input is z, so it is asked at the teacher's own
    z ~ q_T(z | x) and answers with x_T(z), the teacher's mean. Neither sees an image of an earlier
    task, real or generated: what the new data do not resemble is not protected.

    Args:
        event_shape: Shape of one image.
        distillation_weight: w, at least 0.
        **kwargs: Of `LifelongVAE`; without replay and with a uniform p(z_d) unless they say so.

    Raises:
        ValueError: If an argument is out of its range.

    Reference: Li and Hoiem, "Learning without Forgetting", 2016.
    """

    def __init__(
        self, event_shape: Sequence[int], distillation_weight: float = 1.0, **kwargs: Any
    ) -> None:
        super().__init__(event_shape, **{**PLAIN, **kwargs})
        self.distillation_weight = check_non_negative(distillation_weight, "distillation_weight")

    def _loss(self, batch: MixedBatch, seed: Tensor) -> BatchLoss:
        loss = super()._loss(batch, seed)
        distance = tf.cond(
            self.finished_tasks > 0,
            lambda: self._distance_to_teacher(batch, loss.posterior, seed),
            lambda: tf.constant(0.0),
        )
        return loss._replace(total=loss.total + self.distillation_weight * distance)

    def _distance_to_teacher(self, batch: MixedBatch, posterior: Posterior, seed: Tensor) -> Tensor:
        """How far the student's answers are from the teacher's, nats per image."""
        answer = self.teacher.posterior(batch.images)  # q_T(z | x)
        code = self.teacher.latent.sample(answer, seed)  # z ~ q_T(z | x)
        images = self.teacher.images(code, seed)  # x_T(z)
        decoded = self.student.decode(code, training=True)
        encoder = consistency_kl(answer, posterior, "teacher_to_student", PARTS)
        decoder = -self.student.likelihood.log_prob(images, decoded)
        return tf.reduce_sum(batch.weight * (encoder + decoder))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "distillation_weight": self.distillation_weight}
