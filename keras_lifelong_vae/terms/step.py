"""What happened with one batch: computed once, and only if some term asks."""

from functools import cached_property
from typing import Any

import tensorflow as tf

from keras_lifelong_vae.autoencoder import Autoencoder
from keras_lifelong_vae.replay import MixedBatch
from keras_lifelong_vae.types import LatentCode, Posterior, Tensor

NO_LABEL = -1
OF_PIXELS = 1  # folded into a step's seed, for noise that is not that of z


class Step:
    """One batch as the student sees it; what terms are made from.

    The rows from `replay_begin` on may be replayed ones. With replay in the batch that is all of
    them, so what is computed for these rows only counts where `replayed` is 1.

    Args:
        batch: Images `(num_images, *event_shape)`, their weights and where they came from.
        student: The autoencoder that learns.
        seed: Of the noise, `(2,)`.
        teacher: The frozen one; `None` in the first task.
        crossed: Whether the student decodes a replayed image from the teacher's z.
        labels: Of the first rows, the real batch, if they are known: int32, `NO_LABEL` for none.
    """

    def __init__(
        self,
        batch: MixedBatch,
        student: Autoencoder,
        seed: Tensor,
        teacher: Any = None,
        crossed: bool = False,
        labels: Any = None,
    ) -> None:
        self.images, self.weight, self.replayed, self.replay_begin = batch[:4]
        self.teacher_code: Any = batch.code  # of the rows from `replay_begin` on
        self.shows_means = batch.are_means
        self.student = student
        self.seed = seed
        self.teacher = teacher
        self.crossed = crossed and self.teacher_code is not None
        self.labels: Any = labels
        self.values: dict[str, Any] = {}  # of the terms, by name

    @property
    def is_real(self) -> Tensor:
        """Which images are real ones of the present task, bool `(num_images,)`."""
        return tf.equal(self.replayed, 0.0)

    @cached_property
    def posterior(self) -> Posterior:
        """q(z | x) of the student."""
        return self.student.posterior(self.images, training=True)

    @cached_property
    def code(self) -> LatentCode:
        """z ~ q(z | x), z_d relaxed."""
        return self.student.latent.sample(self.posterior, self.seed, training=True)

    @cached_property
    def decoded_code(self) -> LatentCode:
        """What the student decodes: its own z, or the teacher's of a replayed image."""
        if not self.crossed:
            return self.code
        replayed = self.replayed[:, None] > 0

        def choose(own: Tensor, teachers: Tensor) -> Tensor:
            begin = [[self.replay_begin, 0], [0, 0]]
            return tf.where(replayed, tf.pad(tf.cast(teachers, own.dtype), begin), own)

        return tf.nest.map_structure(choose, self.code, self.teacher_code)

    @cached_property
    def parameters(self) -> Tensor:
        """What the student's likelihood needs to know of x, `(num_images, *event_shape)`."""
        return self.student.parameters(self.decoded_code, training=True)

    @cached_property
    def log_prob(self) -> Tensor:
        """log p(x | z) of the student at what it decodes, nats, `(num_images,)`.

        Of a replayed mean it is the expectation over x ~ p_teacher(x | z), see `drawn_around`.
        """
        likelihood = self.student.likelihood
        if not self.shows_means:
            return likelihood.log_prob(self.images, self.parameters)
        means, seed = self.maybe_replayed(self.images), tf.random.fold_in(self.seed, OF_PIXELS)
        drawn, nats = likelihood.drawn_around(means, self.teacher.likelihood, seed)
        scored, axes = self.images, len(means.shape) - 1
        if drawn is not means:
            drawn = tf.pad(tf.cast(drawn, means.dtype), [[self.replay_begin, 0], *[[0, 0]] * axes])
            scored = tf.where(tf.reshape(self.is_real, (-1, *[1] * axes)), scored, drawn)
        return likelihood.log_prob(scored, self.parameters) - self.replayed * nats

    @cached_property
    def reencoded(self) -> Posterior:
        """q(z | x_hat) of the student's own reconstruction x_hat."""
        means = self.student.likelihood.mean(self.parameters)
        return self.student.posterior(means, training=True)

    @cached_property
    def teacher_posterior(self) -> Posterior:
        """The teacher's q(z | x) of the rows from `replay_begin` on."""
        return self.teacher.posterior(self.maybe_replayed(self.images))

    def maybe_replayed(self, values: Tensor) -> Tensor:
        """The rows from `replay_begin` on, of each tensor in `values`."""
        return tf.nest.map_structure(lambda value: value[self.replay_begin :], values)

    def where_replayed(self, values: Tensor) -> Tensor:
        """`values` of the rows from `replay_begin` on where they are replayed, 0 elsewhere."""
        return self.replayed * tf.pad(values, [[self.replay_begin, 0]])
