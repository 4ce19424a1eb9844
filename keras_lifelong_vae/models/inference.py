"""What a trained model is asked: encode, decode, reconstruct, generate, score."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae.checks import check_images, check_positive_int
from keras_lifelong_vae.models.aggregate_posterior import AggregatePosterior
from keras_lifelong_vae.models.autoencoder import Autoencoder
from keras_lifelong_vae.models.elbo_terms import elbo_terms
from keras_lifelong_vae.models.importance_weighting import (
    images_at_once,
    importance_weighted_bound,
)
from keras_lifelong_vae.models.inputs import check_data, images_of
from keras_lifelong_vae.models.replay import Replay
from keras_lifelong_vae.objectives import negative_elbo
from keras_lifelong_vae.types import Encoding, LatentCode, Tensor


class InferenceMixin:
    """The student's answers as numpy arrays.

    Images are given as an array `(n, *event_shape)` with values in [0, 1] or as a batched
    `tf.data.Dataset` of them; a large array is worked off in batches of `batch_size`.
    """

    event_shape: tuple[int, ...]
    latent_dim: int
    student: Autoencoder
    replay: Replay
    aggregate_posterior: AggregatePosterior
    finished_tasks: keras.Variable
    evaluation_seed_generator: keras.random.SeedGenerator

    @property
    def active_categories(self) -> int:
        """How many categories z_d has been trained with."""
        return int(self.student.latent.categorical.active_categories)

    def encode(self, images: Any, batch_size: int = 256) -> Encoding:
        """q(z | x): loc and scale of z_c, probabilities and mode of z_d.

        Raises:
            TypeError: If `images` does not hold floating-point numbers.
            ValueError: If a shape is not `event_shape` or a value is not in [0, 1].
        """
        posteriors = [self.student.posterior(batch) for batch in self._batches(images, batch_size)]
        loc, log_var, logits = (
            np.concatenate(parts)
            for parts in zip(*(tf.nest.flatten(one) for one in posteriors), strict=True)
        )
        probs = tf.nn.softmax(logits).numpy()[:, : self.active_categories]
        return Encoding(loc, np.exp(0.5 * log_var), probs, np.argmax(probs, axis=-1))

    def decode(self, z_continuous: Any, category: Any, batch_size: int = 256) -> np.ndarray:
        """E[x | z], `(n, *event_shape)` in [0, 1].

        Args:
            z_continuous: z_c, `(n, latent_dim)`.
            category: z_d as indices, `(n,)` or one for all, or as one-hot or relaxed vectors
                over the active categories, `(n, active_categories)`.
            batch_size: How many to decode at once.

        Raises:
            ValueError: If a shape does not fit or a category is not active.
        """
        continuous = np.asarray(z_continuous, "float32")
        if continuous.ndim != 2 or continuous.shape[1] != self.latent_dim:
            raise ValueError(
                f"`z_continuous` must have shape (n, {self.latent_dim}), "
                f"received {continuous.shape}."
            )
        codes = LatentCode(continuous, self._category_codes(category, len(continuous)))
        return self._decode_means(codes, batch_size)

    def reconstruct(self, images: Any, batch_size: int = 256) -> np.ndarray:
        """E[x | z] at the mode of q(z | x), `(n, *event_shape)`; the same every time.

        Raises:
            TypeError: If `images` does not hold floating-point numbers.
            ValueError: If a shape is not `event_shape` or a value is not in [0, 1].
        """
        return np.concatenate(
            [self.student.reconstruct(batch) for batch in self._batches(images, batch_size)]
        )

    def generate(
        self,
        num_images: int,
        seed: int | None = None,
        category: Any = None,
        task: int | None = None,
        batch_size: int = 256,
    ) -> np.ndarray:
        """E[x | z] with z ~ p(z), `(num_images, *event_shape)` in [0, 1].

        With `task`, z is drawn from where the codes of that task lie, q(z | task), instead.

        Args:
            num_images: How many, at least 1.
            seed: The same seed gives the same images; other ones each time if `None`.
            category: z_d as an index for all, or indices `(num_images,)`; drawn evenly from the
                active categories if `None`.
            task: Number of a finished task, from 0, whose images are wanted; of any if `None`.
            batch_size: How many to decode at once.

        Raises:
            ValueError: If `num_images` is less than 1, a category is not active, or `task` is
                not finished or was not summarised (see `replay_codes`).
        """
        check_positive_int(num_images, "num_images")
        if task is None:
            codes = self.student.latent.sample_prior(num_images, self._seed(seed))
        else:
            self._check_summarised(task)
            codes = self.aggregate_posterior.sample(num_images, self._seed(seed), task)
        if category is not None:
            codes = codes._replace(category=self._category_codes(category, num_images))
        return self._decode_means(codes, batch_size)

    def negative_elbo(
        self, images: Any, seed: int | None = None, batch_size: int = 256
    ) -> np.ndarray:
        """-ELBO of each image in nats, `(n,)`: an upper bound of -log p(x) in expectation.

            -log p(x | z) + KL(q(z_c | x) || N(0, I)) + KL(q(z_d | x) || Cat(1 / active))

        with one z ~ q(z | x), z_d hard; every image has noise of its own.

        Args:
            images: What to score.
            seed: The same seed gives the same figures; other noise each time if `None`.
            batch_size: How many to score at once.

        Raises:
            TypeError: If `images` does not hold floating-point numbers.
            ValueError: If a shape is not `event_shape` or a value is not in [0, 1].
        """
        first_seed, bounds = self._seed(seed), []
        for index, batch in enumerate(self._batches(images, batch_size)):
            terms = self._elbo_terms(batch, first_seed + tf.constant([0, index]))
            bounds.append(
                negative_elbo(
                    -terms["reconstruction"], terms["kl_gaussian"], terms["kl_categorical"]
                )
            )
        return np.concatenate(bounds)

    def importance_weighted_bound(
        self,
        images: Any,
        num_samples: int = 500,
        seed: int | None = None,
        batch_size: int = 256,
    ) -> np.ndarray:
        """A sharper bound of -log p(x) than -ELBO, of each image in nats, `(n,)`.

            -log 1/S sum_s p(x | z_s) p(z_s) / q(z_s | x),    z_s ~ q(z | x), z_d hard

        Args:
            images: What to score.
            num_samples: S, at least 1. With 1 its expectation is -ELBO.
            seed: The same seed gives the same figures; other noise each time if `None`.
            batch_size: How many images to score at once, fewer if their samples are many.

        Raises:
            TypeError: If `images` does not hold floating-point numbers.
            ValueError: If `num_samples` is less than 1, a shape is not `event_shape` or a value
                is not in [0, 1].

        Reference: Burda et al., "Importance Weighted Autoencoders", 2016.
        """
        check_positive_int(num_samples, "num_samples")
        check_positive_int(batch_size, "batch_size")
        score = tf.function(importance_weighted_bound, reduce_retracing=True)
        first_seed, bounds, number = self._seed(seed), [], 0
        for batch in self._batches(images, batch_size):
            step = images_at_once(num_samples, batch_size)
            for some in (tf.constant(batch[i : i + step]) for i in range(0, len(batch), step)):
                seed_of_part = first_seed + tf.constant([0, number])
                bounds.append(score(self.student, some, num_samples, seed_of_part))
                number += 1
        return np.concatenate(bounds)

    def _elbo_terms(self, images: Tensor, seed: Tensor) -> dict[str, Tensor]:
        """The parts of -ELBO with the true q; each `(batch_size,)`, in nats."""
        posterior = self.student.posterior(images)  # q(z | x)
        code = self.student.latent.sample(posterior, seed)  # z ~ q(z | x), z_d hard
        return elbo_terms(self.student, images, posterior, code)

    def _batches(self, images: Any, batch_size: int) -> Iterator[Tensor]:
        check_positive_int(batch_size, "batch_size")
        if isinstance(images, tf.data.Dataset):
            check_data(images, "images", self.event_shape)
            yield from (images_of(batch) for batch in images)
            return
        array = check_images(images, "images", self.event_shape, 0.0, 1.0).astype(
            "float32", copy=False
        )
        yield from (array[i : i + batch_size] for i in range(0, len(array), batch_size))

    def _check_summarised(self, task: int) -> None:
        finished = int(self.finished_tasks) if self.replay.needs_summaries else 0
        is_number = isinstance(task, (int, np.integer)) and not isinstance(task, bool)
        if not is_number or not 0 <= task < finished:
            raise ValueError(
                f"`task` must be the number of a task that was summarised at its rollover, from 0 "
                f"and less than {finished}, received {task!r}."
            )

    def _decode_means(self, codes: LatentCode, batch_size: int) -> np.ndarray:
        check_positive_int(batch_size, "batch_size")
        means = []
        for begin in range(0, len(codes.continuous), batch_size):
            some = LatentCode(*(part[begin : begin + batch_size] for part in codes))
            means.append(self.student.likelihood.mean(self.student.decode(some)))
        return np.concatenate(means)

    def _category_codes(self, category: Any, num_rows: int) -> np.ndarray:
        """z_d as `(num_rows, capacity)` vectors; what is not active is an error."""
        active, capacity = self.active_categories, self.student.latent.categorical.capacity
        values = np.asarray(category)
        if values.ndim == 2 and values.shape == (num_rows, active):
            return np.pad(values.astype("float32"), ((0, 0), (0, capacity - active)))
        if values.shape not in ((), (num_rows,)) or values.dtype.kind not in "iu":
            raise ValueError(
                f"`category` must be an integer, integers of shape ({num_rows},) or vectors of "
                f"shape ({num_rows}, {active}), received {values.dtype} of shape {values.shape}."
            )
        if values.size and not (values.min() >= 0 and values.max() < active):
            raise ValueError(
                f"`category` must be active, one of 0 ... {active - 1}, received {category!r}."
            )
        return np.eye(capacity, dtype="float32")[np.broadcast_to(values, (num_rows,))]

    def _seed(self, seed: int | None) -> Tensor:
        """`(2,)`; the first number is the caller's, the second is free to count with."""
        if seed is None:
            return tf.cast(self.evaluation_seed_generator.next(), tf.int32)
        return tf.constant([seed, 0], tf.int32)
