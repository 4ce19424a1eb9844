"""The lifelong VAE: a student that learns, a frozen teacher that replays what it knew."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae import replicas
from keras_lifelong_vae import terms as loss_terms
from keras_lifelong_vae.callbacks import TransitionDetector
from keras_lifelong_vae.callbacks.arrangement import arrange
from keras_lifelong_vae.checks import check_choice, check_natural
from keras_lifelong_vae.generative_model import GenerativeModel, deserialize, serialize
from keras_lifelong_vae.inputs import check_nothing_given
from keras_lifelong_vae.labels import check_labels_of, labels_of
from keras_lifelong_vae.latents import Latent
from keras_lifelong_vae.novelty import TypicalSets, num_statistics, summarize_all
from keras_lifelong_vae.optimizer_reset import fresh_copy, reset_optimizer
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.replay import AggregatePosterior, RecentCodes, Replay
from keras_lifelong_vae.step_guard import StepGuard
from keras_lifelong_vae.streams import Projections, TaskMoments
from keras_lifelong_vae.terms import Step, Term
from keras_lifelong_vae.training_step import learn
from keras_lifelong_vae.types import Tensor
from keras_lifelong_vae.variables import number_in

RECENT_CODES = 4096  # what a summary of some hundred numbers is estimated from
ON_BAD_BATCH = ("raise", "skip")
LEARN = ("learn", 0)


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
        network: "dense", "convolutional", "residual" (for colour), or a pair (encoder, decoder) of
            Keras models: images to a vector of features, a vector of any width to one number per
            value of the event.
        likelihood: "bernoulli", "gaussian", "discretized_logistic", or a `Likelihood`. Its
            support decides which values are accepted.
        replay: What the student sees of earlier tasks; `None` for nothing.
        terms: `klv.terms`, added to -ELBO; with replay `[Consistency(1.0), CategoryTarget(1.0)]`
            (only the first for a latent without categories) and without it none if `None`. A `KL`
            or `Reconstruction` in the list takes the place of the one that is always there.
        seed: Seed of initial weights and noise. Networks you pass in bring their own weights.
        on_bad_batch: What happens in training with a batch that holds a value outside the
            support, or whose loss or gradients are not finite. It never changes the model; with
            "raise" `fit` then stops with an error, with "skip" it goes on and logs how many
            there were since it began as `bad_batches`.

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

    jit_compile: bool  # a property of `keras.Model`

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
        on_bad_batch: str = "raise",
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
        self.on_bad_batch = check_choice(on_bad_batch, "on_bad_batch", ON_BAD_BATCH)
        self.guard = StepGuard(skips=on_bad_batch == "skip")
        self.checkpointed_fits = 0  # by this process
        self.teacher = self.build_teacher()
        self.seed_generator = keras.random.SeedGenerator(seed)
        for name in ("finished_tasks", "present_task", "training_steps", "steps_at_rollover"):
            variable = self.add_weight(
                shape=(), dtype="int32", initializer="zeros", trainable=False, name=name
            )
            setattr(self, name, variable)
        self.task_moments = TaskMoments(
            self.student.latent.task_capacity, Projections(self.event_shape).size
        )
        self.stream_watch: Any = None  # within a `fit` that has a TransitionDetector
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
        self.typical_sets: Any = None
        if self.replay is not None and self.replay.needs_summaries:
            latent = self.student.latent
            self.recent_codes = RecentCodes(
                RECENT_CODES, latent.latent_dim, latent.capacity, num_statistics(latent.latent_dim)
            )
            self.aggregate_posterior = AggregatePosterior(
                latent.task_capacity,
                self.replay.components_per_task,
                latent.latent_dim,
                latent.capacity,
            )
            self.typical_sets = TypicalSets(
                latent.latent_dim, latent.task_capacity, self.replay.components_per_task
            )

    def _build_terms(self, given: Sequence[Term] | None) -> None:
        # Copies, because a term has the state of one model.
        given = self._default_terms() if given is None else given
        self.terms = tuple(copy(term) for term in self._with_elbo(given))
        for term in self.terms:
            term.build(self)
        self._check_names()
        observing = [term.name for term in self.terms if term.observes]
        if observing and replicas.number() > 1:
            raise ValueError(
                "`terms` must not observe training steps with several replicas, each of which sees "
                f"other images, received {', '.join(observing)}."
            )
        if self.needs_labels and replicas.number() > 1:
            raise ValueError("`terms` must not ask for labels with several replicas.")
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
        return self.aggregate_posterior if number_in(self.finished_tasks) else None

    @property
    def summarized_tasks(self) -> Any:
        return self.finished_tasks if self.aggregate_posterior is not None else 0

    @property
    def novelty_of(self) -> Any:
        if self.typical_sets is None:
            return None
        return partial(self.typical_sets.novelty_of, self.likelihood)

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

        With `jit_compile="auto"` Keras leaves XLA out on a CPU, which is as fast without it and
        does not wait for its compiler; there XLA compiles the update of the weights alone.

        Raises:
            ValueError: If a loss or metrics are given: the model brings its own. If `jit_compile`
                is True with replicas.
        """
        if kwargs.get("jit_compile") is True and replicas.synchronize(self.distribute_strategy):
            raise ValueError(
                '`jit_compile` must be False or "auto" with replicas (tf.distribute), '
                "received True: XLA compiles for one device."
            )
        check_nothing_given(
            "`terms` of LifelongVAE are the loss, each logged under its name",
            loss=loss,
            loss_weights=loss_weights,
            metrics=metrics,
            weighted_metrics=weighted_metrics,
        )
        super().compile(optimizer=optimizer, **kwargs)
        self.jit_compile_given = kwargs.get("jit_compile", "auto")
        automatic = self.jit_compile_given == "auto" and not self.run_eagerly
        self.jit_compiles_updates = automatic or self.jit_compile
        self._functions.pop(LEARN, None)

    def get_compile_config(self) -> dict[str, Any]:
        """See `keras.Model`, which would keep what "auto" has meant on this machine."""
        config: dict[str, Any] = super().get_compile_config()
        return {**config, "jit_compile": self.jit_compile_given} if config else config

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compiles a loaded model as the saved one was, which Keras leaves to its own `compile`."""
        self.compile(**deserialize(config))
        self.optimizer.build(self.trainable_variables)

    def fit(self, x: Any = None, y: Any = None, **kwargs: Any) -> keras.callbacks.History:
        """Trains the student on one task, or on a stream of them; see `keras.Model.fit`.

        Raises:
            TypeError: If the images are not floating-point numbers.
            ValueError: If a value is NaN, infinite or outside the support of the likelihood, a
                shape is not `event_shape`, there is no image, or weights are given, or labels for
                which no term asks, or none where one does: see `terms.CategoryTarget`.
        """
        self._check_labels(x, y, kwargs)
        self.check_data(x, "x", kwargs.get("steps_per_epoch"))
        validation_data = kwargs.get("validation_data")
        self.check_data(validation_data, "validation_data", kwargs.get("validation_steps"))
        if isinstance(x, tf.data.Dataset):
            kwargs.setdefault("shuffle", False)  # a data set shuffles itself; Keras would warn
        if self.compiled and not self.optimizer.built:
            with self.distribute_strategy.scope():
                self.optimizer.build(self.trainable_variables)
        self.guard.reset()
        kwargs["callbacks"], checkpoint, detector = arrange(kwargs.get("callbacks"))
        if y is not None and checkpoint is not None:
            raise ValueError(
                "`x` must be a data set of (images, labels) with a SequenceCheckpoint, received "
                "`y` beside it."
            )
        with self._watched(detector):
            if checkpoint is not None:
                return checkpoint.fit(self, super().fit, x, kwargs)
            return super().fit(x, y, **kwargs)

    @property
    def needs_labels(self) -> bool:
        """Whether a term asks for labels."""
        return any(term.needs_labels for term in self.terms)

    def _check_labels(self, x: Any, y: Any, kwargs: dict[str, Any]) -> None:
        self.check_images_alone(None if self.needs_labels else y, kwargs)
        if self.needs_labels:
            check_labels_of(x, y, self.student.latent.categories_per_task)

    @contextmanager
    def _watched(self, detector: TransitionDetector | None) -> Iterator[None]:
        """Has the detector's watch look at each batch first; without one nothing is otherwise."""
        if detector is None:
            yield
            return
        self.stream_watch, self.train_function = detector.watch(self), None
        try:
            yield
        finally:
            self.stream_watch = self.train_function = None

    def train_on_batch(self, x: Any, y: Any = None, **kwargs: Any) -> Any:
        """One step on one batch; see `keras.Model.train_on_batch`.

        Raises:
            TypeError, ValueError: As `fit` does.
        """
        self._check_labels(x, y, kwargs)
        self.check_data(x, "x")
        logs = super().train_on_batch(x, y, **kwargs)
        self.check_steps()
        return logs

    def check_steps(self) -> None:
        """Raises `ValueError` if a step since the beginning of `fit` was bad: see `StepGuard`."""
        steps, task = number_in(self.training_steps), number_in(self.finished_tasks) + 1
        self.guard.check(self.likelihood, "x", f"after {steps} training steps, in task {task}")

    def make_train_function(self, force: bool = False) -> Any:
        """See `keras.Model`; XLA compiles the parts of a step, not its branches."""
        jit_compile, self.jit_compile = self.jit_compile, False
        try:
            return super().make_train_function(force)
        finally:
            self.jit_compile = jit_compile

    def train_step(self, data: Any) -> dict[str, Tensor]:
        images = self.images_of(data)
        if self.stream_watch is None:
            learn(self, images, self._labels_of(data))
        else:
            self.stream_watch.screen(images, partial(learn, self))
        names = ["loss", *(name for term in self.terms for name in term.names(self))]
        logs = {name: self._trackers[name].result() for name in names}
        if self.guard.skips:
            logs["bad_batches"] = self.guard.bad_batches
        if self.stream_watch is not None:
            logs["log_p"] = self.stream_watch.last_log_p
        return replicas.as_logs(logs)

    def _labels_of(self, data: Any) -> Any:
        if not self.needs_labels:
            return None
        return labels_of(data, self.student.latent.categories_per_task)

    def learn_batch(self, images: Any) -> None:
        """One training step on images `(batch_size, *event_shape)`, for callbacks within `fit`."""
        if LEARN not in self._functions:
            spec = tf.TensorSpec((None, *self.event_shape), tf.float32)
            step = partial(learn, self)
            self._functions[LEARN] = (
                step
                if self.run_eagerly
                else tf.function(step, input_signature=[spec], autograph=False)
            )
        self._functions[LEARN](tf.convert_to_tensor(images))

    def batch_loss(self, step: Step) -> tuple[Tensor, dict[str, Tensor]]:
        """What is minimised, and each term by its name; scalars, in nats per image."""
        total = tf.constant(0.0)
        logs: dict[str, Tensor] = {}
        for term in self.terms:
            value = term.value(step) if term.weight else dict.fromkeys(term.names(self), 0.0)
            parts = value if isinstance(value, dict) else {term.name: value}
            step.values |= parts
            means = {name: tf.reduce_sum(step.weight * part) for name, part in parts.items()}
            total += term.weight * tf.reduce_sum(tf.stack(list(means.values())))
            logs |= means
        return total + sum(self.student.losses), logs

    def rollover_teacher(self) -> None:
        """Ends a task: the teacher becomes the student, and the next task may begin.

        The next task is a new one unless `resume_task` says otherwise.

        The student keeps its weights, the optimizer and its schedule start afresh, and the next
        task's categories are ready to become active with its first training step. Only variables
        are assigned: nothing is retraced or compiled again, unless the room for tasks has run out,
        when it doubles.

        Raises:
            ValueError: If there was no training step since the last rollover, or a weight of the
                student is not finite.
        """
        self.check_steps()
        self._check_finite()
        finished = number_in(self.finished_tasks)
        is_new = number_in(self.present_task) == finished
        if number_in(self.training_steps) == number_in(self.steps_at_rollover):
            raise ValueError(
                "`rollover_teacher` must follow at least one training step on the task it ends, "
                f"received a model with {finished} finished tasks and none since."
            )
        if self.aggregate_posterior is not None:
            summarize_all(
                self.aggregate_posterior,
                self.typical_sets,
                self.recent_codes,
                self.student,
                self.teacher,
                finished,
                self.replay.components(finished + is_new),
                is_new,
            )
        if self.teacher is not None:
            self.teacher.copy_weights_from(self.student)
        self.steps_at_rollover.assign(self.training_steps)
        self.finished_tasks.assign(finished + is_new)
        self.present_task.assign(self.finished_tasks)
        for term in self.terms:
            term.end_task(self)
        if number_in(self.finished_tasks) == self.student.latent.task_capacity:
            self.grow(2 * self.student.latent.task_capacity)
        else:
            self._reset_optimizer()

    def resume_task(self, task: int) -> None:
        """Says that the images to come are of a finished task again, between two tasks.

        The student goes on learning it, under its own categories; neither categories nor summaries
        are added, and `finished_tasks` stays what it is. It ends with the next rollover.

        Args:
            task: Number of the task, from 0.

        Raises:
            ValueError: If that task was not finished, or there was a training step since the last
                rollover.
        """
        finished = number_in(self.finished_tasks)
        if not 0 <= check_natural(task, "task") < finished:
            raise ValueError(f"`task` must be one of {finished} finished tasks, received {task}.")
        if number_in(self.training_steps) != number_in(self.steps_at_rollover):
            raise ValueError(
                "`resume_task` must follow a rollover, before the next training step, received a "
                "model in the middle of a task."
            )
        self.present_task.assign(task)

    def _reset_optimizer(self) -> None:
        if self.compiled and self.optimizer.built:
            with self.distribute_strategy.scope():
                reset_optimizer(self.optimizer, self.trainable_variables)

    def _check_finite(self) -> None:
        for weight in self.student.weights:
            if not np.isfinite(weight.numpy()).all():
                raise ValueError(
                    "`rollover_teacher` must find a student whose weights are finite, received NaN "
                    f"or infinite values in {weight.path}. `restore_from_teacher()` goes back to "
                    "the end of the last task."
                )

    def restore_from_teacher(self) -> None:
        """Drops what was learned since the last rollover: the student becomes its teacher again.

        The optimizer and its schedule start afresh, as they did at that rollover.

        Raises:
            ValueError: If there is no teacher, or no task was finished yet.
        """
        if self.teacher is None or not number_in(self.finished_tasks):
            raise ValueError(
                "`restore_from_teacher` must follow a rollover of a model with a teacher, received "
                f"{type(self).__name__} with {number_in(self.finished_tasks)} finished tasks."
            )
        self.guard.reset()
        self.student.copy_weights_from(self.teacher)
        self.training_steps.assign(self.steps_at_rollover)
        if self.recent_codes is not None:
            self.recent_codes.forget()
        for term in self.terms:
            term.drop_task(self)
        self._reset_optimizer()

    def grow(self, task_capacity: int) -> None:
        """Allocates room for tasks; the one case in which the steps are traced again.

        A rollover does so by itself when the room has run out.
        """
        with self.distribute_strategy.scope():
            self._grow_parts(task_capacity)
            if self.compiled:
                self.optimizer: keras.optimizers.Optimizer = fresh_copy(self.optimizer)
                self.optimizer.build(self.trainable_variables)
        self._functions.clear()
        self.test_function = self.predict_function = None
        if self.compiled:
            self.make_train_function(force=True)

    def _grow_parts(self, task_capacity: int) -> None:
        for vae in (self.student, self.teacher):
            if vae is not None:
                vae.grow(task_capacity)
        capacity = self.student.latent.capacity
        self.task_moments.grow(task_capacity)
        if self.aggregate_posterior is not None:
            self.recent_codes.grow(capacity)
            self.aggregate_posterior.grow(task_capacity, capacity)
            self.typical_sets.grow(task_capacity)
        for term in self.terms:
            term.grow(self)

    def _saved_generators(self) -> dict[str, keras.random.SeedGenerator]:
        return {"seed_state": self.seed_generator, **super()._saved_generators()}

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "replay": serialize(self.replay),
            "on_bad_batch": self.on_bad_batch,
            "terms": [serialize(term) for term in self.terms],
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "LifelongVAE":
        objects = {
            name: deserialize(config[name]) for name in ("replay", "terms") if name in config
        }
        return super().from_config(config | objects)
