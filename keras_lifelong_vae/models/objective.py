"""The objective of the student: its terms for a mixed batch, and how they are weighed."""

from collections.abc import Sequence
from dataclasses import dataclass

import tensorflow as tf

from keras_lifelong_vae.checks import check_choice, check_choices, check_non_negative
from keras_lifelong_vae.models.autoencoder import Autoencoder
from keras_lifelong_vae.models.replay import MixedBatch
from keras_lifelong_vae.objectives import (
    categorical_kl,
    consistency_kl,
    gaussian_kl_to_prior,
    information,
)
from keras_lifelong_vae.objectives.consistency import DIRECTIONS, PARTS
from keras_lifelong_vae.types import LatentCode, LossTerms, Posterior, Tensor

CATEGORY_PRIORS = ("task", "uniform")
WEIGHTS = (
    "kl_weight",
    "consistency_weight",
    "decoder_consistency_weight",
    "category_target_weight",
    "information_weight",
)


@dataclass(frozen=True)
class Objective:
    """Options of the loss; see `LifelongVAE` for what each means."""

    kl_weight: float
    category_prior: str
    consistency_weight: float
    consistency_parts: Sequence[str]
    consistency_direction: str
    decoder_consistency_weight: float
    category_target_weight: float
    information_weight: float
    information_estimator: str

    def __post_init__(self) -> None:
        for name in WEIGHTS:
            check_non_negative(getattr(self, name), name)
        check_choice(self.category_prior, "category_prior", CATEGORY_PRIORS)
        parts = check_choices(self.consistency_parts, "consistency_parts", PARTS)
        object.__setattr__(self, "consistency_parts", parts)
        check_choice(self.consistency_direction, "consistency_direction", DIRECTIONS)
        estimators = tuple(information.ESTIMATORS)
        check_choice(self.information_estimator, "information_estimator", estimators)

    def terms(
        self,
        batch: MixedBatch,
        student: Autoencoder,
        teacher: Autoencoder,
        categories_per_task: int,
        seed: Tensor,
    ) -> tuple[LossTerms, Posterior, LatentCode]:
        """The terms of each image of `batch`, and the posterior and code they were taken at."""
        posterior = student.posterior(batch.images, training=True)  # q(z | x)
        code = student.latent.sample(posterior, seed, training=True)  # z ~ q(z | x), relaxed
        decoded = student.decode(code, training=True)  # p(x | z)
        prior_logits = self._prior_logits(batch, student, categories_per_task)  # p(z_d)
        terms = LossTerms(
            reconstruction=-student.likelihood.log_prob(batch.images, decoded),
            kl_gaussian=gaussian_kl_to_prior(posterior.gaussian),
            kl_categorical=categorical_kl(posterior.logits, prior_logits),
            consistency=self._consistency(batch, posterior, teacher),
            decoder_consistency=self._decoder_consistency(batch, student),
            category_target=self._category_target(batch, posterior),
            information=self._information(posterior, code, decoded, student),
        )
        return terms, posterior, code

    def weigh(self, terms: LossTerms) -> Tensor:
        """The loss of each image, in nats."""
        return (
            terms.reconstruction
            + self.kl_weight * (terms.kl_gaussian + terms.kl_categorical)
            + self.consistency_weight * terms.consistency
            + self.decoder_consistency_weight * terms.decoder_consistency
            + self.category_target_weight * terms.category_target
            + self.information_weight * terms.information
        )

    def _prior_logits(
        self, batch: MixedBatch, student: Autoencoder, categories_per_task: int
    ) -> Tensor:
        categorical = student.latent.categorical
        if self.category_prior == "uniform":
            return categorical.prior_logits()
        task_logits = categorical.task_prior_logits(categories_per_task)
        return tf.where(batch.replayed[:, None] > 0, categorical.prior_logits(), task_logits)

    def _consistency(self, batch: MixedBatch, posterior: Posterior, teacher: Autoencoder) -> Tensor:
        """KL between teacher and student where x was replayed, 0 where it is real."""
        begin = batch.replay_begin
        if begin is None or not self.consistency_weight:
            return tf.zeros_like(batch.weight)
        divergence = consistency_kl(
            teacher.posterior(batch.images[begin:]),
            tf.nest.map_structure(lambda parameter: parameter[begin:], posterior),
            self.consistency_direction,
            self.consistency_parts,
        )
        return batch.replayed * tf.pad(divergence, [[begin, 0]])

    def _decoder_consistency(self, batch: MixedBatch, student: Autoencoder) -> Tensor:
        """-log p(x | z) of a replayed x at the very z that the teacher decoded, 0 if x is real."""
        begin = batch.replay_begin
        if begin is None or batch.code is None or not self.decoder_consistency_weight:
            return tf.zeros_like(batch.weight)
        decoded = student.decode(batch.code, training=True)
        distance = -student.likelihood.log_prob(batch.images[begin:], decoded)
        return batch.replayed * tf.pad(distance, [[begin, 0]])

    def _category_target(self, batch: MixedBatch, posterior: Posterior) -> Tensor:
        """-log q(z_d | x) of a replayed x at the category the teacher decoded, 0 if x is real."""
        begin = batch.replay_begin
        if begin is None or batch.code is None or not self.category_target_weight:
            return tf.zeros_like(batch.weight)
        surprise = tf.nn.softmax_cross_entropy_with_logits(
            labels=batch.code.category, logits=posterior.logits[begin:]
        )
        return batch.replayed * tf.pad(surprise, [[begin, 0]])

    def _information(
        self, posterior: Posterior, code: LatentCode, decoded: Tensor, student: Autoencoder
    ) -> Tensor:
        """What z_c tells about the student's own reconstruction, by the chosen estimator."""
        if not self.information_weight:
            return tf.zeros_like(posterior.gaussian.loc[:, 0])
        reencoded = student.posterior(student.likelihood.mean(decoded), training=True)
        estimate = information.get(self.information_estimator)
        return estimate(reencoded.gaussian, posterior.gaussian, code.continuous)
