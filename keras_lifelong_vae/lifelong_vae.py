"""The lifelong VAE: a student that learns, a frozen teacher that replays what it knew."""

from collections.abc import Sequence
from copy import copy
from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae import terms as loss_terms
from keras_lifelong_vae.generative_model import GenerativeModel, deserialize, serialize
from keras_lifelong_vae.inputs import check_nothing_given, images_of
from keras_lifelong_vae.latents import Latent
from keras_lifelong_vae.optimizer_reset import fresh_copy, reset_optimizer
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.replay import (
    AggregatePosterior,
    MixedBatch,
    RecentCodes,
    Replay,
    real_only,
    summarize_tasks,
)
from keras_lifelong_vae.terms import Step, Term
from keras_lifelong_vae.types import Tensor

RECENT_CODES = 4096  # what a summary of some hundred numbers is estimated from


@register
class LifelongVAE(GenerativeModel):
    """One VAE for data sets that arrive one after another; it forgets none and keeps none.

    The loss of one image, in nats, minimised by `fit`:

        -E_q[log p(x | z)] + KL(q(z | x) || p(z))     -ELBO, always: `terms.Reconstruction`, `KL`
        - log p_teacher(x | z)                        of a replayed x: `terms.CrossReconstruction`
        + sum_i weight_i term_i                       what is in `terms`

    Memory is two VAEs however many tasks.

    Args:
        event_shape: Shape of one image, e.g. `(28, 28, 1)`.
        latent_dim: Dimensions of the Gaussian latent z_c, 14 if `None`.
        categories_per_task: Categories of z_d that become active with each task, 1 if `None`.
        latent: A `klv.latents.Latent` in the place of `JointLatent(latent_dim,
            categories_per_task)`; the two before are `None` then.
        network: "dense", "convolutional", or a pair (encoder, decoder) of Keras models: images to
            a vector of features, a vector of any width to one number per value of the event.
        likelihood: "bernoulli", "gaussian", "discretized_logistic", or a `Likelihood`. Its
            support decides which values are accepted.
        replay: What the student sees of earlier tasks; `None` for nothing.
        terms: `klv.terms`, added to -ELBO; with replay `[Consistency(1.0), CategoryTarget(1.0)]`
            (only the first for a latent without categories) and without it none if `None`. A `KL`
            or `Reconstruction` in the list takes the place of the one that is always there.
        seed: Seed of initial weights and noise. Networks you pass in bring their own weights.

    Raises:
        ValueError: If an argument is out of its range, or two terms have one name or one log.
        TypeError: If an argument is of the wrong kind.

    Example:

    ```python
    tasks = klv.tasks.split_by_class("digits")
    model = klv.LifelongVAE(event_shape=tasks.event_shape)
    model.compile(optimizer=keras.optimizers.Adam(1e-3))
    for task in tasks:
        model.fit(task.train, epochs=10, callbacks=[klv.TeacherRollover()])
    images = model.generate(64, seed=0)
    ```

    Reference: "Lifelong Generative Modeling", arXiv 1705.09847.
    """

    def __init__(
        self,
        event_shape: Sequence[int],
        latent_dim: int | None = None,
        categories_per_task: int | None = None,
        latent: Latent | None = None,
        network: Any = "dense",
        likelihood: Any = "bernoulli",
        replay: Replay | None = Replay(),  # noqa: B008 (it is frozen)
        terms: Sequence[Term] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        if replay is not None and not isinstance(replay, Replay):
            raise TypeError(f"`replay` must be a Replay or None, received {replay!r}.")
        super().__init__(
            event_shape,
            latent_dim,
            categories_per_task,
            latent,
            network,
            likelihood,
            seed,
            **kwargs,
        )
        self.replay: Any = replay
        self.teacher = self.build_teacher()
        self.seed_generator = keras.random.SeedGenerator(seed)
        for name in ("finished_tasks", "training_steps", "steps_at_rollover"):
            variable = self.add_weight(
                shape=(), dtype="int32", initializer="zeros", trainable=False, name=name
            )
            setattr(self, name, variable)
        self._build_replay()
        self._build_terms(terms)
        self.built = True

    def build_teacher(self) -> Any:
        """What the student is compared with and replayed by; `None` in a model that needs none."""
        teacher = self.student.copy("teacher")
        teacher.trainable = False
        return teacher

    def _build_replay(self) -> None:
        self.aggregate_posterior: Any = None
        self.recent_codes: Any = None
        if self.replay is not None and self.replay.needs_summaries:
            latent = self.student.latent
            self.recent_codes = RecentCodes(RECENT_CODES, latent.latent_dim, latent.capacity)
            self.aggregate_posterior = AggregatePosterior(
                latent.task_capacity,
                self.replay.components_per_task,
                latent.latent_dim,
                latent.capacity,
            )

    def _build_terms(self, given: Sequence[Term] | None) -> None:
        # Copies, because a term has the state of one model.
        given = self._default_terms() if given is None else given
        self.terms = tuple(copy(term) for term in self._with_elbo(given))
        for term in self.terms:
            term.build(self)
        self._check_names()
        self.term_states = [layer for term in self.terms for layer in term.state]
        self.track(name for term in self.terms for name in term.names(self))

    def _default_terms(self) -> list[Term]:
        if self.replay is None:
            return []
        targets = [loss_terms.CategoryTarget()] if self.has_categories else []
        return [loss_terms.Consistency(), *targets]

    def _with_elbo(self, given: Sequence[Term]) -> list[Term]:
        """The terms in `given`, and before them those of -ELBO that they lack."""
        for term in given:
            if not isinstance(term, Term):
                raise TypeError(f"`terms` must hold `klv.terms.Term`s, received {term!r}.")
        crossed = self.replay is not None and self.replay.is_crossed
        always: list[Term] = [loss_terms.Reconstruction(), loss_terms.KL()]
        always += [loss_terms.CrossReconstruction()] if crossed else []
        lacking = [one for one in always if not any(isinstance(own, type(one)) for own in given)]
        return [*lacking, *given]

    def _check_names(self) -> None:
        names = [name for term in self.terms for name in {term.name, *term.names(self)}]
        if len(set(names)) < len(names) or {"loss", "negative_elbo"} & set(names):
            raise ValueError(
                "`terms` must have distinct names, also in logs, none of them loss or "
                f"negative_elbo, received {sorted(names)}."
            )

    @property
    def summaries(self) -> AggregatePosterior | None:
        """Where the codes of finished tasks lie, if it is known of any."""
        return self.aggregate_posterior if int(self.finished_tasks) else None

    @property
    def summarized_tasks(self) -> Any:
        return self.finished_tasks if self.aggregate_posterior is not None else 0

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        **kwargs: Any,
    ) -> None:
        """Configures the training; see `keras.Model.compile`.

        Raises:
            ValueError: If a loss or metrics are given: the model brings its own.
        """
        check_nothing_given(
            "`terms` of LifelongVAE are the loss, each logged under its name",
            loss=loss,
            loss_weights=loss_weights,
            metrics=metrics,
            weighted_metrics=weighted_metrics,
        )
        super().compile(optimizer=optimizer, **kwargs)

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles a loaded model as the saved one was, which Keras leaves to its own `compile`."""
        self.compile(**deserialize(config))
        self.optimizer.build(self.trainable_variables)

    def fit(self, x: Any = None, y: Any = None, **kwargs: Any) -> keras.callbacks.History:
        """Trains the student on one task, or on a stream of them; see `keras.Model.fit`.

        Raises:
            TypeError: If the images are not floating-point numbers.
            ValueError: If a value is NaN, infinite or outside the support of the likelihood, a
                shape is not `event_shape`, there is no image, or labels or weights are given.
        """
        self.check_images_alone(y, kwargs)
        self.check_data(x, "x")
        self.check_data(kwargs.get("validation_data"), "validation_data")
        if isinstance(x, tf.data.Dataset):
            kwargs.setdefault("shuffle", False)  # a data set shuffles itself; Keras would warn
        if self.compiled and not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)
        return super().fit(x, **kwargs)

    def train_step(self, data: Any) -> dict[str, Tensor]:
        images = images_of(data)
        seed = tf.cast(self.seed_generator.next(), tf.int32)
        replay_seed, noise_seed = tf.unstack(tf.random.split(seed, 2))
        self._begin_step()

        def first_task() -> tuple[list[Tensor], dict[str, Tensor]]:
            return self._gradients(Step(real_only(images), self.student, noise_seed))

        def later_task() -> tuple[list[Tensor], dict[str, Tensor]]:
            batch, crossed = self._mixed_batch(images, replay_seed)
            return self._gradients(Step(batch, self.student, noise_seed, self.teacher, crossed))

        if self.replay is None and not any(term.needs_teacher for term in self.terms):
            gradients, logs = first_task()
        else:
            gradients, logs = tf.cond(self.finished_tasks > 0, later_task, first_task)
        self.optimizer.apply(gradients, self.trainable_variables)
        return self.update_trackers(logs)

    def _begin_step(self) -> None:
        steps = tf.convert_to_tensor(self.training_steps)
        self.student.latent.begin_step(tf.convert_to_tensor(self.finished_tasks), steps)
        self.training_steps.assign_add(1)

    def _mixed_batch(self, images: Tensor, seed: Tensor) -> tuple[MixedBatch, bool]:
        if self.replay is None:
            return real_only(images), False
        summaries, finished = self.aggregate_posterior, self.finished_tasks
        batch = self.replay.batch(images, self.teacher, summaries, finished, seed)
        return batch, self.replay.is_crossed

    def _gradients(self, step: Step) -> tuple[list[Tensor], dict[str, Tensor]]:
        """Gradients of the batch's loss for the student, and the terms averaged over the batch."""
        with tf.GradientTape() as tape:
            loss, logs = self.batch_loss(step)
            scaled_loss = self.optimizer.scale_loss(loss)
        if self.recent_codes is not None:
            probs = tf.nn.softmax(step.posterior.logits)
            self.recent_codes.remember(step.code.continuous, probs, step.is_real)
        for term in self.terms:
            term.observe(step)
        return tape.gradient(scaled_loss, self.trainable_variables), {"loss": loss, **logs}

    def batch_loss(self, step: Step) -> tuple[Tensor, dict[str, Tensor]]:
        """What is minimised, and each term by its name; scalars, in nats per image."""
        total = tf.constant(0.0)
        logs: dict[str, Tensor] = {}
        for term in self.terms:
            value = term.value(step) if term.weight else dict.fromkeys(term.names(self), 0.0)
            parts = value if isinstance(value, dict) else {term.name: value}
            means = {name: tf.reduce_sum(step.weight * part) for name, part in parts.items()}
            total += term.weight * tf.add_n(list(means.values()))
            logs |= means
        return total + sum(self.student.losses), logs

    def rollover_teacher(self) -> None:
        """Ends a task: the teacher becomes the student, and the next task may begin.

        The student keeps its weights, the optimizer and its schedule start afresh, and the next
        task's categories are ready to become active with its first training step. Only variables
        are assigned: nothing is retraced or compiled again, unless the room for tasks has run out,
        when it doubles.

        Raises:
            ValueError: If there was no training step since the last rollover.
        """
        finished = int(self.finished_tasks)
        if int(self.training_steps) == int(self.steps_at_rollover):
            raise ValueError(
                "`rollover_teacher` must follow at least one training step on the task it ends, "
                f"received a model with {finished} finished tasks and none since."
            )
        if self.aggregate_posterior is not None:
            summarize_tasks(
                self.aggregate_posterior,
                self.recent_codes,
                self.student,
                self.teacher,
                finished,
                self.replay.components(finished + 1),
            )
        if self.teacher is not None:
            self.teacher.copy_weights_from(self.student)
        self.steps_at_rollover.assign(self.training_steps)
        self.finished_tasks.assign_add(1)
        for term in self.terms:
            term.end_task(self)
        if finished + 1 == self.student.latent.task_capacity:
            self._grow(2 * self.student.latent.task_capacity)
        elif self.compiled and self.optimizer.built:
            reset_optimizer(self.optimizer, self.trainable_variables)

    def _grow(self, task_capacity: int) -> None:
        """Allocates room for tasks; the one case in which the steps are traced again."""
        self._grow_parts(task_capacity)
        self._functions.clear()
        self.test_function = self.predict_function = None
        if self.compiled:
            self.optimizer: keras.optimizers.Optimizer = fresh_copy(self.optimizer)
            self.optimizer.build(self.trainable_variables)
            self.make_train_function(force=True)

    def _grow_parts(self, task_capacity: int) -> None:
        for vae in (self.student, self.teacher):
            if vae is not None:
                vae.grow(task_capacity)
        capacity = self.student.latent.capacity
        if self.aggregate_posterior is not None:
            self.recent_codes.grow(capacity)
            self.aggregate_posterior.grow(task_capacity, capacity)
        for term in self.terms:
            term.grow(self)

    def _saved_generators(self) -> dict[str, keras.random.SeedGenerator]:
        return {"seed_state": self.seed_generator, **super()._saved_generators()}

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "replay": serialize(self.replay),
            "terms": [serialize(term) for term in self.terms],
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "LifelongVAE":
        objects = {
            name: deserialize(config[name]) for name in ("replay", "terms") if name in config
        }
        return super().from_config(config | objects)
