"""The objective of the student: its terms for a mixed batch, and how they are weighed."""

from collections.abc import Sequence
from dataclasses import dataclass

import tensorflow as tf

from keras_lifelong_vae.checks import check_choice, check_choices, check_non_negative
from keras_lifelong_vae.layers.relaxed_categorical_latent import INACTIVE_LOGIT
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
RECONSTRUCTIONS = ("crossed", "own")
WEIGHTS = (
    "kl_weight",
    "consistency_weight",
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
    replay_reconstruction: str
    category_target_weight: float
    information_weight: float
    information_estimator: str

    def __post_init__(self) -> None:
        for name in WEIGHTS:
            check_non_negative(getattr(self, name), name)
        check_choice(self.category_prior, "category_prior", CATEGORY_PRIORS)
        parts = check_choices(self.consistency_parts, "consistency_parts", PARTS)
        object.__setattr__(self, "consistency_parts", parts)
        check_choice(self.replay_reconstruction, "replay_reconstruction", RECONSTRUCTIONS)
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
        asked = self._code_to_decode(batch, code)
        decoded = student.decode(asked, training=True)  # p(x | z)
        prior_logits = self._prior_logits(batch, student, categories_per_task)  # p(z_d)
        terms = LossTerms(
            reconstruction=-student.likelihood.log_prob(batch.images, decoded),
            kl_gaussian=gaussian_kl_to_prior(posterior.gaussian),
            kl_categorical=categorical_kl(posterior.logits, prior_logits),
            consistency=self._consistency(batch, posterior, teacher),
            cross_reconstruction=self._cross_reconstruction(batch, code, teacher),
            category_target=self._category_target(batch, posterior, student, categories_per_task),
            information=self._information(posterior, asked, decoded, student),
        )
        return terms, posterior, code

    def weigh(self, terms: LossTerms) -> Tensor:
        """The loss of each image, in nats."""
        return (
            terms.reconstruction
            + self.kl_weight * (terms.kl_gaussian + terms.kl_categorical)
            + self.consistency_weight * terms.consistency
            + terms.cross_reconstruction
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

    def _code_to_cross(self, batch: MixedBatch) -> LatentCode | None:
        """The teacher's z of each image that may be replayed; `None` if nothing is crossed."""
        return batch.code if self.replay_reconstruction == "crossed" else None

    def _code_to_decode(self, batch: MixedBatch, code: LatentCode) -> LatentCode:
        """What the student decodes: its own code of a real x, the teacher's of a replayed one."""
        teachers = self._code_to_cross(batch)
        if teachers is None:
            return code
        replayed = batch.replayed[:, None] > 0

        def choose(own: Tensor, teachers: Tensor) -> Tensor:
            begin = [[batch.replay_begin, 0], [0, 0]]
            return tf.where(replayed, tf.pad(tf.cast(teachers, own.dtype), begin), own)

        return tf.nest.map_structure(choose, code, teachers)

    def _cross_reconstruction(
        self, batch: MixedBatch, code: LatentCode, teacher: Autoencoder
    ) -> Tensor:
        """-log p_teacher(x | z) at the student's own z of a replayed x, 0 if x is real."""
        if self._code_to_cross(batch) is None:
            return tf.zeros_like(batch.weight)
        begin = batch.replay_begin
        decoded = teacher.decode(LatentCode(*(part[begin:] for part in code)))
        distance = -teacher.likelihood.log_prob(batch.images[begin:], decoded)
        return batch.replayed * tf.pad(distance, [[begin, 0]])

    def _category_target(
        self, batch: MixedBatch, posterior: Posterior, student: Autoencoder, num_categories: int
    ) -> Tensor:
        """-log q(z_d in S | x): S is the teacher's category if x was replayed, else x's task's.

        The KL to the task's prior asks the same of a real x, but its gradient vanishes once q is
        sure of an old category.
        """
        if not self.category_target_weight:
            return tf.zeros_like(batch.weight)
        own = student.latent.categorical.is_of_last_task(num_categories)
        surprise = _surprise(posterior.logits, own)
        begin = batch.replay_begin
        if begin is None or batch.code is None:
            return surprise
        again = _surprise(posterior.logits[begin:], batch.code.category > 0)
        return tf.where(batch.replayed > 0, tf.pad(again, [[begin, 0]]), surprise)

    def _information(
        self, posterior: Posterior, code: LatentCode, decoded: Tensor, student: Autoencoder
    ) -> Tensor:
        """What z_c tells about the student's own reconstruction, by the chosen estimator."""
        if not self.information_weight:
            return tf.zeros_like(posterior.gaussian.loc[:, 0])
        reencoded = student.posterior(student.likelihood.mean(decoded), training=True)
        estimate = information.get(self.information_estimator)
        return estimate(reencoded.gaussian, posterior.gaussian, code.continuous)


def _surprise(logits: Tensor, wanted: Tensor) -> Tensor:
    """-log q(z_d in the wanted categories), nats, `(batch_size,)`."""
    chosen = tf.where(wanted, logits, tf.constant(INACTIVE_LOGIT, logits.dtype))
    return tf.reduce_logsumexp(logits, axis=-1) - tf.reduce_logsumexp(chosen, axis=-1)
