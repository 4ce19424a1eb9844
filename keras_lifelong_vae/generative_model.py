"""A VAE that can be asked: encode, decode, reconstruct, generate, score."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae import likelihoods, networks, noise, replicas
from keras_lifelong_vae.autoencoder import (
    Answers,
    Autoencoder,
    elbo_terms,
    importance_weighted_bound,
)
from keras_lifelong_vae.autoencoder.answers import ANY
from keras_lifelong_vae.checks import (
    check_choice,
    check_event_shape,
    check_positive_int,
    check_share,
)
from keras_lifelong_vae.files import write_atomically
from keras_lifelong_vae.inputs import (
    batches_of,
    check_data,
    check_nothing_given,
    check_spec,
    images_of,
)
from keras_lifelong_vae.latents import JointLatent, Latent
from keras_lifelong_vae.replay import (
    AggregatePosterior,
    fit_learned_prior,
    log_learned_prior,
)
from keras_lifelong_vae.saved_file import seal
from keras_lifelong_vae.step_guard import StepGuard, no_step
from keras_lifelong_vae.types import Encoding, Tensor
from keras_lifelong_vae.variables import number_in

CODES_AT_ONCE = 16_384  # of the importance-weighted bound, so that memory stays bounded
PRIORS = ("aggregate_posterior", "prior")
PRIOR_COMPONENTS = 50  # of a prior that is fitted to the codes of images

serialize = keras.saving.serialize_keras_object


@contextmanager
def reading_config() -> Iterator[None]:
    """Turns whatever Keras stumbles on in a config that it did not write into a `ValueError`."""
    try:
        yield
    except (TypeError, ValueError):
        raise
    except Exception as error:
        raise ValueError(
            "`config` must be what `get_config` has given, received one that raises "
            f"{type(error).__name__}: {error}"
        ) from error


def deserialize(config: Any) -> Any:
    """See `keras.saving.deserialize_keras_object`; raises `TypeError` or `ValueError` alone."""
    with reading_config():
        return keras.saving.deserialize_keras_object(config)


class GenerativeModel(keras.Model):
    """What `LifelongVAE` is besides its training: one autoencoder, the student, and its answers.

    Images are given as an array `(n, *event_shape)` with values in the support of the likelihood or
    as a batched `tf.data.Dataset` of them; a large array is worked off in batches of `batch_size`.
    The answers are numpy arrays. See `LifelongVAE` for the arguments.
    """

    def __init__(
        self,
        event_shape: Any,
        latent_dim: int | None,
        categories_per_task: int | None,
        latent: Latent | None,
        network: Any,
        likelihood: Any,
        seed: int | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.event_shape = check_event_shape(event_shape)
        self.seed = seed
        self.network = network if isinstance(network, str) else None
        latent = _latent(latent, latent_dim, categories_per_task, seed)
        self.student = self.build_student(latent, network, likelihoods.get(likelihood))
        self.student.build((None, *self.event_shape))
        # Of its own, so that how often one validates changes nothing in training.
        self.evaluation_seed_generator = keras.random.SeedGenerator(seed)
        self._trackers: dict[str, keras.metrics.Mean] = {}
        divergences = [f"kl_{head}" for head in self.student.latent.heads]
        self._bound_names = ["loss", "negative_elbo", "reconstruction", *divergences]
        self.track(self._bound_names)
        self.question_guard = StepGuard()  # of `evaluate` and `predict`
        self._functions: dict[tuple[str, int], Any] = {}

    def build_student(
        self, latent: Latent, network: Any, likelihood: likelihoods.Likelihood
    ) -> Autoencoder:
        """The autoencoder that learns and answers."""
        encoder, decoder = networks.get(network, self.event_shape, self.seed)
        return Autoencoder(encoder, decoder, latent, likelihood, self.seed, name="student")

    def track(self, names: Iterable[str]) -> None:
        """Makes a metric of each name that has none yet."""
        for name in names:
            if name not in self._trackers:
                self._trackers[name] = keras.metrics.Mean(name=name)

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return list(self._trackers.values())

    @property
    def latent_dim(self) -> int:
        """Dimensions of z_c."""
        return self.student.latent.latent_dim

    @property
    def likelihood(self) -> likelihoods.Likelihood:
        """p(x | z)."""
        return self.student.likelihood

    @property
    def has_categories(self) -> bool:
        """Whether the latent has a categorical part, z_d."""
        return self.student.latent.categorical is not None

    @property
    def categories_per_task(self) -> int:
        """Categories of z_d that become active with each task."""
        self.check_has_categories("`categories_per_task`")
        return self.student.latent.categories_per_task

    @property
    def active_categories(self) -> int:
        """How many categories z_d has been trained with."""
        self.check_has_categories("`active_categories`")
        return number_in(self.student.latent.categorical.active_categories)

    def check_has_categories(self, what: str) -> None:
        """Raises `ValueError` if the latent has no categorical part, which `what` needs."""
        if not self.has_categories:
            raise ValueError(
                f"{what} needs a latent with a categorical part z_d, "
                f"received {type(self.student.latent).__name__}."
            )

    @property
    def summaries(self) -> Any:
        """Where the codes of finished tasks lie; `None` if that is not known."""
        return None

    @property
    def summarized_tasks(self) -> Any:
        """Of how many tasks that is known: a number, or the variable that counts them."""
        return 0

    @property
    def novelty_of(self) -> Any:
        """Novelty, a function of images, q(z | x) and log p(x | z); `None` if it is not known."""
        return None

    @property
    def default_prior(self) -> str:
        """Where `generate` draws z from: "aggregate_posterior" where it exists, else "prior"."""
        return "prior" if self.summaries is None else "aggregate_posterior"

    def count_parameters(self) -> int:
        """How many numbers are held: those of the student and of all that is kept beside it."""
        return sum(int(np.prod(weight.shape)) for weight in self.weights)

    def call(self, images: Tensor) -> Tensor:
        """E[x | z] at the mode of q(z | x), `(batch_size, *event_shape)`."""
        return self.student.reconstruct(images)

    def evaluate(self, x: Any = None, y: Any = None, **kwargs: Any) -> Any:
        """-ELBO in nats per image and its parts; see `keras.Model.evaluate`.

        Raises:
            TypeError, ValueError: If `x` does not hold images that this model could learn.
        """
        self.check_images_alone(y, kwargs)
        self.check_data(x, "x", kwargs.get("steps"))
        return self._checked(super().evaluate(x, **kwargs))

    def predict(self, x: Any, **kwargs: Any) -> np.ndarray:
        """Reconstructions at the mode of q(z | x); see `keras.Model.predict` and `evaluate`."""
        self.check_data(x, "x", kwargs.get("steps"))
        return self._checked(super().predict(x, **kwargs))

    def test_on_batch(self, x: Any, y: Any = None, **kwargs: Any) -> Any:
        """-ELBO of one batch; see `keras.Model.test_on_batch` and `evaluate`."""
        self.check_images_alone(y, kwargs)
        self.check_data(x, "x")
        return super().test_on_batch(x, **kwargs)

    def predict_on_batch(self, x: Any) -> np.ndarray:
        """Reconstructions of one batch; see `keras.Model.predict_on_batch` and `evaluate`."""
        self.check_data(x, "x")
        return super().predict_on_batch(x)

    def _checked(self, answer: Any) -> Any:
        self.question_guard.check(self.likelihood, "x", "in a later batch,")
        return answer

    def check_data(self, data: Any, name: str, steps: int | None = None) -> None:
        """Raises unless `data` are images that this model can learn or answer, in so many steps."""
        check_data(data, name, self.event_shape, self.likelihood, steps)

    def images_of(self, data: Any) -> Tensor:
        """The images of a batch, of which so much is known as there is without looking at values.

        Raises:
            TypeError: If they are not floating-point numbers.
            ValueError: If their shape is not `event_shape`, or they have weights.
        """
        images = images_of(data)
        check_spec(images, "x", self.event_shape)
        return images

    def check_images_alone(self, y: Any, kwargs: dict[str, Any]) -> None:
        """Raises if labels or weights are given."""
        weights = {name: kwargs.get(name) for name in ("sample_weight", "class_weight")}
        check_nothing_given("images are learned alone and weighed by the replay", y=y, **weights)

    def _maybe_symbolic_build(self, iterator: Any = None, data_batch: Any = None) -> None:
        # Everything is built. With several replicas Keras would draw a batch to build from: the
        # order of shuffled data would be another, and workers with unlike batches would fail.
        pass

    def test_step(self, data: Any) -> dict[str, Tensor]:
        images = self.images_of(data)
        if replicas.number() > 1:
            self._measure_together(images)
        else:
            admitted = self.question_guard.admits(images, self.likelihood)
            # As in training, nothing changes past the end of the data.
            tf.cond(admitted, lambda: self._measure(images), no_step)
        return replicas.as_logs({name: self._trackers[name].result() for name in self._bound_names})

    def _measure(self, images: Tensor) -> Tensor:
        seed = noise.next_seed(self.evaluation_seed_generator)
        self.update_trackers(self._bound(images, seed))
        return no_step()

    def _measure_together(self, images: Tensor) -> None:
        """One of several replicas: all of them count the images of all."""
        good = self._admit_together(images)
        seed = replicas.own_seed(noise.next_seed(self.evaluation_seed_generator))
        means, number = replicas.mean_of_all(self._bound(images, seed))
        means = {name: tf.where(good, mean, 0.0) for name, mean in means.items()}
        self.update_trackers(means, tf.where(good, number, 0.0))

    def _admit_together(self, images: Tensor) -> Tensor:
        own = self.question_guard.examine(images, self.likelihood)
        verdict = replicas.common(own, tf.shape(images)[0])
        self.question_guard.note(verdict, unless=self.question_guard.is_closed)
        return verdict.good

    def _bound(self, images: Tensor, seed: Tensor) -> dict[str, Tensor]:
        """-ELBO of each image and its parts, at one z."""
        posterior = self.student.posterior(images)  # q(z | x)
        code = self.student.latent.sample(posterior, seed)  # z ~ q(z | x), z_d hard
        terms = elbo_terms(self.student, images, posterior, code)
        return {"loss": terms["negative_elbo"], **terms}

    def predict_step(self, data: Any) -> Tensor:
        images = self.images_of(data)
        if replicas.number() > 1:
            self._admit_together(images)
        else:
            self.question_guard.admits(images, self.likelihood)
        return self(images)

    def update_trackers(self, values: dict[str, Tensor], weight: Any = None) -> None:
        """Adds to the running mean of each value."""
        for name, value in values.items():
            self._trackers[name].update_state(value, weight)

    def encode(self, images: Any, batch_size: int = 256) -> Encoding:
        """q(z | x): loc and scale of z_c, probabilities and mode of z_d.

        Raises:
            TypeError: If `images` does not hold floating-point numbers.
            ValueError: If a shape is not `event_shape` or a value has no probability.
        """
        found = self._ask("encode", self._batches(images, batch_size))
        if self.has_categories:
            found["category_probs"] = found["category_probs"][:, : self.active_categories]
        return Encoding(**found)

    def decode(
        self,
        z_continuous: Any,
        category: Any = None,
        category_probs: Any = None,
        batch_size: int = 256,
    ) -> np.ndarray:
        """E[x | z], `(n, *event_shape)`.

        Args:
            z_continuous: z_c, `(n, latent_dim)`.
            category: z_d as indices, `(n,)` or one for all.
            category_probs: In its place, one-hot or relaxed vectors over the active categories,
                `(n, active_categories)`.
            batch_size: How many to decode at once.

        Raises:
            ValueError: If a shape does not fit, a category is not active, or not just one of
                `category` and `category_probs` is given; none for a latent without categories.
        """
        continuous = np.asarray(z_continuous, "float32")
        if continuous.ndim != 2 or continuous.shape[1] != self.latent_dim:
            raise ValueError(
                f"`z_continuous` must have shape (n, {self.latent_dim}), "
                f"received {continuous.shape}."
            )
        if (category is not None) + (category_probs is not None) != self.has_categories:
            wanted = "one of `category` and `category_probs`" if self.has_categories else "neither"
            raise ValueError(
                f"`decode` of a {type(self.student.latent).__name__} needs {wanted} of `category` "
                f"and `category_probs`, received {category!r} and {category_probs!r}."
            )
        name, inputs = "decode_continuous", [continuous]
        if category is not None:
            name = "decode"
            inputs.append(self._checked_categories(category, len(continuous)))
        elif category_probs is not None:
            name = "decode_one_hot"
            inputs.append(self._checked_probs(category_probs, len(continuous)))
        return self._ask(name, _cut(inputs, batch_size))["images"]

    def reconstruct(self, images: Any, batch_size: int = 256) -> np.ndarray:
        """E[x | z] at the mode of q(z | x), `(n, *event_shape)`; the same every time.

        Raises:
            TypeError: If `images` does not hold floating-point numbers.
            ValueError: If a shape is not `event_shape` or a value has no probability.
        """
        return self._ask("reconstruct", self._batches(images, batch_size))["reconstruction"]

    def generate(
        self,
        num_images: int,
        seed: int | None = None,
        category: Any = None,
        task: int | None = None,
        prior: str | AggregatePosterior | None = None,
        batch_size: int = 256,
        sample: bool = False,
    ) -> np.ndarray:
        """E[x | z], or x ~ p(x | z), for new z, `(num_images, *event_shape)` in the units of x.

        Args:
            num_images: How many, at least 1.
            seed: The same seed gives the same images; other ones each time if `None`.
            category: z_d as an index for all, or indices `(num_images,)`; drawn if `None`.
            task: Number of a finished task, from 0, whose images are wanted; of any if `None`.
            prior: Where z come from: "aggregate_posterior", where the codes of finished tasks lie,
                every task alike; "prior", p(z); or what `fit_prior` has given. `default_prior` if
                `None`.
            batch_size: How many to decode at once.
            sample: Whether values are drawn from p(x | z), which scatter as the data do; means are
                smoother. Of a Bernoulli likelihood they are 0 or 1.

        Raises:
            ValueError: If `num_images` is less than 1, a category is not active, `prior` is unknown
                or not known of any task yet, or `task` is not finished or was not summarised (see
                `Replay`).
        """
        check_positive_int(num_images, "num_images")
        chosen = self._chosen_prior(self.default_prior if prior is None else prior)
        if task is not None:
            self._check_task(task, chosen)
        numbers = self._generator(seed)
        (of_values,) = numbers.spawn(1)  # of its own, so that the codes are those of the means
        seeds = _row_seeds(numbers, num_images)
        value_seeds = [_row_seeds(of_values, num_images)] if sample else []
        categories: Any = np.full(num_images, ANY)
        if category is not None:
            categories = self._checked_categories(category, num_images)
        if chosen is None:
            inputs = seeds, categories, *value_seeds
            return self._ask("generate_from_prior", _cut(inputs, batch_size))["images"]
        tasks = np.full(num_images, ANY if task is None else task)
        inputs = seeds, categories, tasks, *value_seeds
        other = None if chosen is self.summaries else Answers(self.student, summaries=chosen.sample)
        return self._ask("generate", _cut(inputs, batch_size), other)["images"]

    def fit_prior(
        self,
        images: Any,
        num_components: int = PRIOR_COMPONENTS,
        seed: int | None = None,
        batch_size: int = 256,
    ) -> AggregatePosterior:
        """A prior fitted to the codes of `images`, for a model that keeps no summaries of its own.

        It is what `generate`, `negative_elbo` and `importance_weighted_bound` take as `prior`. The
        model is not changed. 20,000 images are enough for 50 Gaussians of 14 dimensions.

        Args:
            images: Of everything that the model was trained on.
            num_components: Gaussians, each with a covariance and probabilities of z_d.
            seed: Of z ~ q(z | x).
            batch_size: How many images to encode at once.

        Raises:
            TypeError: If `images` does not hold floating-point numbers.
            ValueError: If a shape is not `event_shape`, a value has no probability, or
                `num_components` is less than 1.

        Reference: Ghosh et al., "From Variational to Deterministic Autoencoders", 2020.
        """
        check_positive_int(num_components, "num_components")
        found, numbers = self.encode(images, batch_size), self._generator(seed)
        return fit_learned_prior(found, self.student.latent.capacity, num_components, numbers)

    def negative_elbo(
        self,
        images: Any,
        seed: int | None = None,
        batch_size: int = 256,
        prior: str | AggregatePosterior = "prior",
    ) -> np.ndarray:
        """-ELBO of each image in nats, `(n,)`: an upper bound of -log p(x) in expectation.

            -log p(x | z) + KL(q(z_c | x) || p(z_c)) + KL(q(z_d | x) || Cat(1 / active))

        with one z ~ q(z | x), z_d hard; every image has noise of its own.

        Args:
            images: What to score.
            seed: The same seed gives the same figures; other noise each time if `None`.
            batch_size: How many to score at once.
            prior: p(z) of the KLs: that of training, as in `evaluate`, or one that is learned, see
                `importance_weighted_bound`.

        Raises:
            TypeError: If `images` does not hold floating-point numbers.
            ValueError: If a shape is not `event_shape`, a value has no probability, or the prior is
                not known.
        """
        if prior != "prior":
            return self.importance_weighted_bound(images, 1, seed, batch_size, prior)
        return self._score(self._batches(images, batch_size), seed)["negative_elbo"]

    def _score(self, batches: Iterable[tuple[Any]], seed: int | None) -> dict[str, np.ndarray]:
        numbers = self._generator(seed)
        seeded = ((batch, _row_seeds(numbers, len(batch))) for (batch,) in batches)
        return self._ask("score", seeded)

    def novelty(self, images: Any, seed: int | None = 0, batch_size: int = 256) -> np.ndarray:
        """How unlike all that was learned each image is, in nats, `(n,)`: higher is newer.

            min_k -log P(s_k(x') > s_k(x)),    x' of finished task k,    s_k(x) = -log q_k(t(x))

        It is at least 0, and -log 0.01 = 4.6 for an image that is less typical of every task than
        all but a hundredth of the task's own images are. t are statistics of an image: where its
        code lies, how well it is decoded for what there is to decode, how bright it is, and how
        much there is in it; what is too simple is new, too. -ELBO itself is no sign of novelty. A
        value without probability, NaN among them, makes an image infinitely new.

        Args:
            images: What to look at: values may be outside the support of the likelihood.
            seed: Of the noise of z ~ q(z | x); the same seed gives the same figures, other noise
                each time if `None`.
            batch_size: How many to look at at once.

        Raises:
            TypeError: If `images` does not hold floating-point numbers.
            ValueError: If a shape is not `event_shape`, or the model has finished no task or keeps
                no summaries of what it learned (see `Replay`).

        References: see `novelty.TypicalSets`.
        """
        self._check_knows_novelty()
        check_positive_int(batch_size, "batch_size")
        batches = batches_of(images, "images", self.event_shape, None, batch_size)
        return self._score(batches, seed)["novelty"]

    def is_novel(
        self,
        images: Any,
        false_alarms: float = 0.01,
        seed: int | None = 0,
        batch_size: int = 256,
    ) -> np.ndarray:
        """Whether each image is newer than almost all that was learned, bool `(n,)`.

        Args:
            images: What to look at, see `novelty`.
            false_alarms: Share of images of learned tasks that may be taken for new ones, in
                (0, 1). The quantiles that are kept reach down to 0.005; a smaller share is
                extrapolated.
            seed: Of the noise, see `novelty`.
            batch_size: How many to look at at once.

        Raises:
            TypeError, ValueError: As `novelty` does, and if `false_alarms` is not in (0, 1).
        """
        if check_share(false_alarms, "false_alarms") == 0:
            raise ValueError(f"`false_alarms` must be greater than 0, received {false_alarms!r}.")
        return self.novelty(images, seed, batch_size) > -np.log(false_alarms)

    def _check_knows_novelty(self) -> None:
        if self.novelty_of is None or not number_in(self.summarized_tasks):
            raise ValueError(
                "`novelty` needs a model that has finished a task and keeps summaries, as one "
                f"with `Replay()` does, received {type(self).__name__} with "
                f"{number_in(self.summarized_tasks)} summarised tasks."
            )

    def importance_weighted_bound(
        self,
        images: Any,
        num_samples: int = 500,
        seed: int | None = None,
        batch_size: int = 256,
        prior: str | AggregatePosterior = "prior",
    ) -> np.ndarray:
        """A sharper bound of -log p(x) than -ELBO, of each image in nats, `(n,)`.

            -log 1/S sum_s p(x | z_s) p(z_s) / q(z_s | x),    z_s ~ q(z | x), z_d hard

        Args:
            images: What to score.
            num_samples: S, at least 1. With 1 its expectation is -ELBO.
            seed: The same seed gives the same figures; other noise each time if `None`.
            batch_size: How many images to score at once, fewer if their samples are many.
            prior: p(z): "prior", that of training, by which figures compare with others'; or one
                that is learned, "aggregate_posterior" from the summaries of finished tasks, or what
                `fit_prior` has given. See `replay.learned_prior`.

        Raises:
            TypeError: If `images` does not hold floating-point numbers.
            ValueError: If `num_samples` is less than 1, a shape is not `event_shape`, a value has
                no probability, or the prior is not known.

        Reference: Burda et al., "Importance Weighted Autoencoders", 2016.
        """
        check_positive_int(num_samples, "num_samples")
        learned = self._chosen_prior(prior)
        log_prior = learned and partial(log_learned_prior, learned, self.student.latent)
        score = tf.function(importance_weighted_bound, reduce_retracing=True)
        numbers = self._generator(seed)
        at_once = max(
            1, min(check_positive_int(batch_size, "batch_size"), CODES_AT_ONCE // num_samples)
        )
        bounds = []
        for (batch,) in self._batches(images, batch_size):
            for begin in range(0, len(batch), at_once):
                own_seed = tf.constant(numbers.integers(2**31, size=2), tf.int32)
                some = tf.convert_to_tensor(batch[begin : begin + at_once])
                bounds.append(score(self.student, some, num_samples, own_seed, log_prior))
        return np.concatenate(bounds)

    def _ask(
        self, name: str, batches: Iterable[tuple[Any, ...]], other: Answers | None = None
    ) -> dict[str, np.ndarray]:
        """The answer called `name` to all batches of inputs, compiled once; or that of `other`."""
        answers, functions = [], self._functions if other is None else {}
        for inputs in batches:
            tensors = [tf.convert_to_tensor(one) for one in inputs]
            key = name, len(tensors)
            if key not in functions:
                specs = [tf.TensorSpec((None, *one.shape[1:]), one.dtype) for one in tensors]
                function = getattr(other or self._answers(), name)
                functions[key] = tf.function(function, input_signature=specs)
            answers.append(functions[key](*tensors))
        return {key: np.concatenate([one[key] for one in answers]) for key in answers[0]}

    def _answers(self) -> Answers:
        return Answers(
            self.student,
            summaries=self.summaries and self.summaries.sample,
            tasks=self.summarized_tasks,
            novelty=self.novelty_of,
        )

    def _batches(self, images: Any, batch_size: int) -> Iterator[tuple[Any]]:
        check_positive_int(batch_size, "batch_size")
        return batches_of(images, "images", self.event_shape, self.likelihood, batch_size)

    def _generator(self, seed: int | None) -> np.random.Generator:
        if seed is None:
            return np.random.default_rng(np.asarray(self.evaluation_seed_generator.next()))
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
            raise ValueError(f"`seed` must be an integer of at least 0, received {seed!r}.")
        return np.random.default_rng(int(seed))

    def _chosen_prior(self, prior: str | AggregatePosterior) -> AggregatePosterior | None:
        """The learned prior that is meant; `None` is p(z) of training."""
        if isinstance(prior, AggregatePosterior):
            wanted = self.latent_dim, self.student.latent.capacity
            received = int(prior.locs.shape[1]), prior.capacity
            if received != wanted:
                raise ValueError(
                    f"`prior` must be for {wanted[0]} dimensions and {wanted[1]} categories, as "
                    f"this model is, received one for {received[0]} and {received[1]}."
                )
            return prior
        if check_choice(prior, "prior", PRIORS) == "prior":
            return None
        if not number_in(self.summarized_tasks):
            raise ValueError(
                '`prior` must be "prior" or from `fit_prior` for a model that has summarised no '
                f"task, received {prior!r}."
            )
        return self.summaries

    def _check_task(self, task: Any, summaries: AggregatePosterior | None) -> None:
        own = summaries is not None and summaries is self.summaries
        finished = number_in(self.summarized_tasks) if own else 0
        is_number = isinstance(task, (int, np.integer)) and not isinstance(task, bool)
        if not is_number or not 0 <= task < finished:
            raise ValueError(
                f"`task` must be the number of a task that was summarised at its rollover, from 0 "
                f'and less than {finished}, and `prior` not "prior", received {task!r}.'
            )

    def _checked_categories(self, category: Any, rows: int) -> np.ndarray:
        """z_d as indices `(rows,)`; what is not active is an error."""
        active, values = self.active_categories, np.asarray(category)
        if values.shape not in ((), (rows,)) or values.dtype.kind not in "iu":
            raise ValueError(
                f"`category` must be an integer or integers of shape ({rows},), "
                f"received {values.dtype} of shape {values.shape}."
            )
        if values.size and not (values.min() >= 0 and values.max() < active):
            raise ValueError(
                f"`category` must be active, one of 0 ... {active - 1}, received {category!r}."
            )
        return np.broadcast_to(values.astype("int64"), (rows,))

    def _checked_probs(self, probs: Any, rows: int) -> np.ndarray:
        active, values = self.active_categories, np.asarray(probs, "float32")
        if values.shape != (rows, active):
            raise ValueError(
                f"`category_probs` must have shape ({rows}, {active}), received {values.shape}."
            )
        if not ((values >= 0) & (values <= 1)).all():
            raise ValueError("`category_probs` must lie in [0, 1], received other values.")
        return values

    def get_config(self) -> dict[str, Any]:
        pair = [self.student.encoder, self.student.decoder]
        return {
            **super().get_config(),
            "event_shape": self.event_shape,
            "latent": serialize(self.student.latent),
            "network": self.network or serialize(pair),
            "likelihood": serialize(self.likelihood),
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "GenerativeModel":
        names = ("latent", "network", "likelihood")
        objects = {name: deserialize(config[name]) for name in names if name in config}
        with reading_config():
            return cls(**{**config, **objects})

    def save(
        self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any
    ) -> None:
        """Saves the model, see `keras.Model.save`; a `.keras` file is written whole or not at all.

        It is sealed with a checksum that `saved_file.load_model` looks at.
        """
        path = Path(filepath)
        is_file = path.suffix == ".keras" and zipped is not False and "://" not in str(filepath)
        if is_file and (overwrite or not path.exists()):
            write_atomically(path.resolve(), partial(self._save_sealed, **kwargs))
        else:
            super().save(filepath, overwrite, zipped, **kwargs)

    def _save_sealed(self, path: Path, **kwargs: Any) -> None:
        super().save(path, **kwargs)
        seal(path)

    def save_own_variables(self, store: Any) -> None:
        super().save_own_variables(store)
        for name, generator in self._saved_generators().items():
            store[name] = generator.state

    def load_own_variables(self, store: Any) -> None:
        generators = self._saved_generators()
        own = [name for name in list(store.keys()) if name not in generators]
        super().load_own_variables({name: store[name] for name in own})
        for name, generator in generators.items():
            generator.state.assign(store[name])

    def _saved_generators(self) -> dict[str, keras.random.SeedGenerator]:
        """Those whose state is saved, by name."""
        return {"evaluation_seed_state": self.evaluation_seed_generator}


def _latent(
    latent: Any, latent_dim: int | None, categories_per_task: int | None, seed: int | None
) -> Latent:
    """The latent that is meant: one that is given, or the default one."""
    if latent is None:
        return JointLatent(
            14 if latent_dim is None else latent_dim,
            1 if categories_per_task is None else categories_per_task,
            kernel_initializer=keras.initializers.GlorotUniform(seed),
            seed=seed,
            name="latent",
        )
    if not isinstance(latent, Latent):
        raise TypeError(f"`latent` must be a klv.latents.Latent or None, received {latent!r}.")
    given = {"latent_dim": latent_dim, "categories_per_task": categories_per_task}
    check_nothing_given("`latent` brings its own", **given)
    return latent


def _row_seeds(numbers: np.random.Generator, rows: int) -> np.ndarray:
    return numbers.integers(-(2**63), 2**63, rows, dtype="int64")


def _cut(arrays: Sequence[Any], batch_size: int) -> Iterator[tuple[Any, ...]]:
    size = check_positive_int(batch_size, "batch_size")
    for begin in range(0, len(arrays[0]), size):
        yield tuple(array[begin : begin + size] for array in arrays)
