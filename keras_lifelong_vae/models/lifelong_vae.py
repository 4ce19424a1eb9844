"""The lifelong VAE: a student that learns, a frozen teacher that replays what it knew."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae import likelihoods, networks
from keras_lifelong_vae.checks import check_event_shape, check_positive_int
from keras_lifelong_vae.models import temperature as temperatures
from keras_lifelong_vae.models.aggregate_posterior import AggregatePosterior
from keras_lifelong_vae.models.autoencoder import Autoencoder
from keras_lifelong_vae.models.inference import InferenceMixin
from keras_lifelong_vae.models.inputs import check_data
from keras_lifelong_vae.models.objective import Objective
from keras_lifelong_vae.models.optimizer_reset import fresh_copy, reset_optimizer
from keras_lifelong_vae.models.recent_codes import RecentCodes
from keras_lifelong_vae.models.replay import Replay
from keras_lifelong_vae.models.task_summaries import summarize_tasks
from keras_lifelong_vae.models.training import TrainingMixin
from keras_lifelong_vae.objectives.consistency import PARTS
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import LossTerms, Tensor

DEFAULT_CAPACITY_IN_TASKS = 16
RECENT_CODES = 4096  # what a summary of some hundred numbers is estimated from
SERIALIZED = ("network", "likelihood", "temperature")  # init arguments that may be objects

serialize = keras.saving.serialize_keras_object
deserialize = keras.saving.deserialize_keras_object


@register
class LifelongVAE(TrainingMixin, InferenceMixin, keras.Model):
    """One VAE for data sets that arrive one after another; it forgets none and keeps none.

    The loss of one image, in nats, minimised by `fit`:

        -E_q[log p(x | z)]                                           reconstruction of a real x
        - log p(x | z_teacher) - E_q[log p_teacher(x | z)]           and of a replayed one
        + kl_weight * (KL(q(z_c | x) || N(0, I)) + KL(q(z_d | x) || Cat(1 / active)))
        + consistency_weight * 1[x replayed] * KL(q_teacher(z | x) || q(z | x))
        - category_target_weight * log q(z_d in S | x)               S: see the argument
        + information_weight * I(z_c; x_hat)                         x_hat: reconstruction of x

    Real images and replayed ones are mixed in the proportion 1 - pi to pi. After k finished
    tasks pi = k / (k + 1): all tasks are equally likely. Memory is two VAEs however many tasks.

    Args:
        event_shape: Shape of one image, e.g. `(28, 28, 1)`.
        latent_dim: Dimensions of the Gaussian latent z_c.
        categories_per_task: Categories of z_d that become active with each task.
        category_prior: "task": real images know which task they belong to, so that p(z_d) is
            uniform over its categories; or, as in the article, "uniform" over all active ones.
            In evaluation it is always uniform.
        category_capacity: Categories to allocate room for; 16 tasks' worth if `None`. When it
            runs out it doubles at the next rollover, all weights kept.
        network: "dense", "convolutional", or a pair (encoder, decoder) of Keras models: images to
            a vector of features, a vector of any width to one number per value of the event.
        likelihood: "bernoulli", "gaussian", "discretized_logistic", or a `Likelihood`.
        replay: "on_top" of the whole real batch (better and dearer), or "in_batch": each image of
            the batch is replaced by a replayed one with probability pi.
        replay_ratio: Replayed images on top of each real one. They weigh pi in all however many
            they are; more of them mean less noise, and time in proportion.
        replay_share: pi, fixed, in [0, 1); k / (k + 1) if `None`. With 0 there is no replay.
        replay_codes: Where the teacher's z come from: "aggregate_posterior", a few Gaussians around
            the codes of each task, every task alike; or, as in the article, the "prior".
        components_per_task: Gaussians a task of the aggregate posterior.
        max_components: Gaussians of all tasks together, shared evenly among them, at least one
            each; no limit if `None`.
        replay_pixels: Whether the teacher replays the "mean" of p(x | z) or a "sample" of it.
        replay_reconstruction: "crossed": the student decodes a replayed image from z_teacher, the
            very z that the teacher decoded, and the teacher decodes it from the student's z. Each
            half of the student is held to a half that does not move. Or, as in the article,
            "own": the student decodes its own z. Then what it learns from its teacher is blurred
            by the noise of q(z | x), once more with every task.
        kl_weight: Weight of both KLs to the prior, in training only.
        consistency_weight: gamma.
        consistency_parts: "categorical", "gaussian" or both.
        consistency_direction: "teacher_to_student" or, for comparison, "student_to_teacher".
        category_target_weight: How much z_d must be found again: in a replayed image the category
            that the teacher decoded, in a real one any category of its task. Not in the article.
        information_weight: lambda. With 0 the reconstruction is not encoded again.
        information_estimator: "upper_bound", "minibatch" or "posterior_match".
        temperature: Of the relaxed z_d: a number, a schedule of the training step like those of
            `keras.optimizers.schedules`, or `None` for `max(exp(-3e-5 * step), 0.5)`.
        seed: Seed of initial weights and noise. Networks you pass in bring their own weights.

    Raises:
        ValueError: If an argument is out of its range.
        TypeError: If `network`, `likelihood` or `temperature` is of the wrong kind.

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
        latent_dim: int = 14,
        categories_per_task: int = 1,
        category_capacity: int | None = None,
        category_prior: str = "task",
        network: Any = "dense",
        likelihood: Any = "bernoulli",
        replay: str = "on_top",
        replay_ratio: int = 2,
        replay_share: float | None = None,
        replay_codes: str = "aggregate_posterior",
        components_per_task: int = 5,
        max_components: int | None = None,
        replay_pixels: str = "mean",
        replay_reconstruction: str = "crossed",
        kl_weight: float = 1.0,
        consistency_weight: float = 1.0,
        consistency_parts: Sequence[str] = PARTS,
        consistency_direction: str = "teacher_to_student",
        category_target_weight: float = 1.0,
        information_weight: float = 0.0,
        information_estimator: str = "upper_bound",
        temperature: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.event_shape = check_event_shape(event_shape)
        self.latent_dim = check_positive_int(latent_dim, "latent_dim")
        self.categories_per_task = check_positive_int(categories_per_task, "categories_per_task")
        self.objective = Objective(
            kl_weight,
            category_prior,
            consistency_weight,
            consistency_parts,
            consistency_direction,
            replay_reconstruction,
            category_target_weight,
            information_weight,
            information_estimator,
        )
        self.replay = Replay(
            replay,
            replay_ratio,
            replay_share,
            replay_codes,
            components_per_task,
            max_components,
            replay_pixels,
        )
        self.temperature = temperatures.get(temperature)
        self.seed = seed
        self.network = network if isinstance(network, str) else None
        self._build_parts(network, likelihood, category_capacity)
        self._build_state()
        self.build((None, *self.event_shape))

    def _build_parts(self, network: Any, likelihood: Any, category_capacity: int | None) -> None:
        per_task = self.categories_per_task
        if category_capacity is None:
            category_capacity = DEFAULT_CAPACITY_IN_TASKS * per_task
        capacity = category_capacity
        if check_positive_int(capacity, "category_capacity") < per_task:
            raise ValueError(
                f"`category_capacity` must be at least `categories_per_task` ({per_task}), "
                f"received {category_capacity}."
            )
        self.recent_codes = RecentCodes(RECENT_CODES, self.latent_dim, capacity)
        self.aggregate_posterior = AggregatePosterior(
            capacity // per_task, self.replay.components_per_task, self.latent_dim, capacity
        )
        encoder, decoder = networks.get(network, self.event_shape, self.seed)
        likelihood = likelihoods.get(likelihood)
        latent: dict[str, Any] = {
            "latent_dim": self.latent_dim,
            "capacity": capacity,
            "seed": self.seed,
        }
        self.student = Autoencoder(
            encoder, decoder, likelihood, active_categories=per_task, name="student", **latent
        )
        self.teacher = Autoencoder(
            keras.models.clone_model(encoder),
            keras.models.clone_model(decoder),
            likelihood.__class__.from_config(likelihood.get_config()),
            active_categories=per_task,
            name="teacher",
            **latent,
        )

    def _build_state(self) -> None:
        self.seed_generator = keras.random.SeedGenerator(self.seed)
        # Of its own, so that how often one validates changes nothing in training.
        self.evaluation_seed_generator = keras.random.SeedGenerator(self.seed)
        for name in ("finished_tasks", "training_steps"):
            variable = self.add_weight(
                shape=(), dtype="int32", initializer="zeros", trainable=False, name=name
            )
            setattr(self, name, variable)
        names = ("loss", "negative_elbo", *LossTerms._fields)
        self._trackers = {name: keras.metrics.Mean(name=name) for name in names}

    def build(self, input_shape: Any) -> None:
        for vae in (self.student, self.teacher):
            vae.build(input_shape)
            vae.built = True
        self.teacher.trainable = False

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return list(self._trackers.values())

    def call(self, images: Tensor) -> Tensor:
        """E[x | z] at the mode of q(z | x), `(batch_size, *event_shape)`."""
        return self.student.reconstruct(images)

    def fit(self, x: Any = None, *args: Any, **kwargs: Any) -> keras.callbacks.History:
        """Trains the student on one task, or on a stream of them; see `keras.Model.fit`.

        Raises:
            TypeError: If the images are not floating-point numbers.
            ValueError: If a value is NaN, infinite or outside [0, 1], a shape is not
                `event_shape`, there is no image, or the model was compiled with a loss.
        """
        if self.compiled and self._compile_loss is not None:
            raise ValueError(
                "`loss` must be None in `compile`: the model brings its own objective."
            )
        check_data(x, "x", self.event_shape)
        check_data(kwargs.get("validation_data"), "validation_data", self.event_shape)
        if isinstance(x, tf.data.Dataset):
            kwargs.setdefault("shuffle", False)  # a data set shuffles itself; Keras would warn
        if self.compiled and not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)
        return super().fit(x, *args, **kwargs)

    def evaluate(self, x: Any = None, *args: Any, **kwargs: Any) -> Any:
        """-ELBO in nats per image and its parts; see `keras.Model.evaluate`."""
        check_data(x, "x", self.event_shape)
        return super().evaluate(x, *args, **kwargs)

    def rollover_teacher(self) -> None:
        """Ends a task: the teacher becomes the student, and the next task may begin.

        The student keeps its weights, the optimizer starts afresh, and the next task's categories
        are ready to become active with its first training step. Only variables are assigned:
        nothing is retraced or compiled again, unless the category capacity has run out, when it
        doubles.

        Raises:
            ValueError: If there was no training step since the last rollover.
        """
        categorical = self.student.latent.categorical
        begun = self.categories_per_task * (int(self.finished_tasks) + 1)
        if int(self.training_steps) == 0 or int(categorical.active_categories) < begun:
            raise ValueError(
                "`rollover_teacher` must follow at least one training step on the task it ends, "
                f"received a model with {int(self.finished_tasks)} finished tasks and none since."
            )
        if self.replay.needs_summaries:
            summarize_tasks(
                self.aggregate_posterior,
                self.recent_codes,
                self.student,
                self.teacher,
                int(self.finished_tasks),
                self.replay.components(int(self.finished_tasks) + 1),
            )
        self.teacher.copy_weights_from(self.student)
        self.finished_tasks.assign_add(1)
        if begun + self.categories_per_task > categorical.capacity:
            self._grow(2 * categorical.capacity)
        elif self.compiled and self.optimizer.built:
            reset_optimizer(self.optimizer, self.trainable_variables)

    def _grow(self, capacity: int) -> None:
        """Allocates `capacity` categories; the one case in which the steps are traced again."""
        self._grow_parts(capacity)
        self.test_function = self.predict_function = None
        if self.compiled:
            self.optimizer: keras.optimizers.Optimizer = fresh_copy(self.optimizer)
            self.optimizer.build(self.trainable_variables)
            self.make_train_function(force=True)

    def _grow_parts(self, capacity: int) -> None:
        for vae in (self.student, self.teacher):
            vae.grow(capacity)
        self.recent_codes.grow(capacity)
        self.aggregate_posterior.grow(capacity // self.categories_per_task, capacity)

    def save_own_variables(self, store: Any) -> None:
        super().save_own_variables(store)
        store["seed_state"] = self.seed_generator.state
        store["evaluation_seed_state"] = self.evaluation_seed_generator.state

    def load_own_variables(self, store: Any) -> None:
        seed_states = ("seed_state", "evaluation_seed_state")
        own = [name for name in list(store.keys()) if name not in seed_states]
        super().load_own_variables({name: store[name] for name in own})
        self.seed_generator.state.assign(store["seed_state"])
        self.evaluation_seed_generator.state.assign(store["evaluation_seed_state"])

    def get_config(self) -> dict[str, Any]:
        pair = [self.student.encoder, self.student.decoder]
        return {
            **super().get_config(),
            "event_shape": self.event_shape,
            "latent_dim": self.latent_dim,
            "categories_per_task": self.categories_per_task,
            "category_capacity": self.student.latent.categorical.capacity,
            "network": self.network or serialize(pair),
            "likelihood": serialize(self.student.likelihood),
            **asdict(self.objective),
            **asdict(self.replay),
            "temperature": serialize(self.temperature),
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "LifelongVAE":
        objects = {name: deserialize(config[name]) for name in SERIALIZED if name in config}
        return cls(**{**config, **objects})
