"""One step of training, and one of evaluation."""

from typing import Any, NamedTuple

import keras
import tensorflow as tf

from keras_lifelong_vae.models.aggregate_posterior import AggregatePosterior
from keras_lifelong_vae.models.autoencoder import Autoencoder
from keras_lifelong_vae.models.inputs import images_of
from keras_lifelong_vae.models.objective import Objective
from keras_lifelong_vae.models.recent_codes import RecentCodes
from keras_lifelong_vae.models.replay import MixedBatch, Replay, real_only
from keras_lifelong_vae.objectives import negative_elbo
from keras_lifelong_vae.types import LatentCode, LossTerms, Posterior, Tensor


class BatchLoss(NamedTuple):
    """The loss of a batch in nats per image, and what it was made of."""

    total: Tensor
    terms: LossTerms
    posterior: Posterior
    code: LatentCode


class TrainingMixin:
    """The steps that Keras's `fit` and `evaluate` call."""

    student: Autoencoder
    teacher: Autoencoder
    objective: Objective
    replay: Replay
    temperature: keras.optimizers.schedules.LearningRateSchedule
    aggregate_posterior: AggregatePosterior
    recent_codes: RecentCodes
    categories_per_task: int
    finished_tasks: keras.Variable
    training_steps: keras.Variable
    seed_generator: keras.random.SeedGenerator
    evaluation_seed_generator: keras.random.SeedGenerator
    optimizer: keras.optimizers.Optimizer
    trainable_variables: list[keras.Variable]
    _trackers: dict[str, keras.metrics.Mean]
    _elbo_terms: Any  # of the inference mixin

    def train_step(self, data: Any) -> dict[str, Tensor]:
        images = images_of(data)
        seed = tf.cast(self.seed_generator.next(), tf.int32)
        replay_seed, noise_seed = tf.unstack(tf.random.split(seed, 2))
        self._begin_step()

        def first_task() -> tuple[list[Tensor], dict[str, Tensor]]:
            return self._gradients(real_only(images), noise_seed)

        def later_task() -> tuple[list[Tensor], dict[str, Tensor]]:
            batch = self.replay.batch(
                images, self.teacher, self.aggregate_posterior, self.finished_tasks, replay_seed
            )
            return self._gradients(batch, noise_seed)

        if self.replay.is_off:
            gradients, logs = first_task()
        else:
            gradients, logs = tf.cond(self.finished_tasks > 0, later_task, first_task)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self._track(logs)

    def _begin_step(self) -> None:
        latent = self.student.latent.categorical
        latent.active_categories.assign(self.categories_per_task * (self.finished_tasks + 1))
        latent.temperature.assign(self.temperature(tf.convert_to_tensor(self.training_steps)))
        self.training_steps.assign_add(1)

    def _gradients(self, batch: MixedBatch, seed: Tensor) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Gradients of the batch's loss for the student, and the terms averaged over the batch."""
        with tf.GradientTape() as tape:
            loss = self._loss(batch, seed)
            scaled_loss = self.optimizer.scale_loss(loss.total)
        if self.replay.needs_summaries:
            probs = tf.nn.softmax(loss.posterior.logits)
            self.recent_codes.remember(loss.code.continuous, probs, batch.replayed == 0)
        terms = loss.terms._asdict()
        logs = {name: tf.reduce_sum(batch.weight * term) for name, term in terms.items()}
        return tape.gradient(scaled_loss, self.trainable_variables), {"loss": loss.total, **logs}

    def _loss(self, batch: MixedBatch, seed: Tensor) -> BatchLoss:
        """What is minimised; another strategy than replay adds its own terms here."""
        terms, posterior, code = self.objective.terms(
            batch, self.student, self.teacher, self.categories_per_task, seed
        )
        total = tf.reduce_sum(batch.weight * self.objective.weigh(terms))
        return BatchLoss(total + sum(self.student.losses), terms, posterior, code)

    def test_step(self, data: Any) -> dict[str, Tensor]:
        images = images_of(data)
        terms = self._elbo_terms(images, self.evaluation_seed_generator.next())
        bound = negative_elbo(
            -terms["reconstruction"], terms["kl_gaussian"], terms["kl_categorical"]
        )
        return self._track({"loss": bound, "negative_elbo": bound, **terms})

    def _track(self, values: dict[str, Tensor]) -> dict[str, Tensor]:
        for name, value in values.items():
            self._trackers[name].update_state(value)
        return {name: self._trackers[name].result() for name in values}
