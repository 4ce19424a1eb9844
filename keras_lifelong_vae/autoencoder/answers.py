"""What a model answers: pure functions of tensors, one row of the answer per row asked."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from keras_lifelong_vae import finite
from keras_lifelong_vae.autoencoder.autoencoder import Autoencoder
from keras_lifelong_vae.autoencoder.bounds import elbo_terms
from keras_lifelong_vae.autoencoder.validity import answer, in_support, is_one_of
from keras_lifelong_vae.likelihoods.support import REAL, UNIT_INTERVAL
from keras_lifelong_vae.types import LatentCode, Posterior, Tensor

ANY = -1  # as a category or a task: drawn
GREY_LEVELS = np.arange(256, dtype="float32") / np.float32(255)

# z of as many rows as asked for: number of rows, seeds, tasks, categories
Summaries = Callable[[Tensor, Tensor, Tensor, Tensor], LatentCode]
# Nats of each row: images, q(z | x), log p(x | z)
Novelty = Callable[[Tensor, Posterior, Tensor], Tensor]


class Answers:
    """The functions behind the model's methods and the signatures of an export.

    A seed is int64, one for each row: a row is answered alike in whatever batch it is. Bad rows
    are marked, see `validity.RULE`: a server cannot raise for one row of many.

    Args:
        student: The VAE.
        active: How many categories are active; of the moment they are asked if `None`.
        summaries: Draws z from where the codes of tasks lie; from p(z) if `None`.
        tasks: How many tasks `summaries` knows.
        novelty: How unlike all learned tasks images are; NaN for all if `None`.
    """

    def __init__(
        self,
        student: Autoencoder,
        active: int | None = None,
        summaries: Summaries | None = None,
        tasks: Tensor | int = 0,
        novelty: Novelty | None = None,
    ) -> None:
        self.student = student
        self.summaries = summaries
        self.tasks = tasks
        self.novelty = novelty
        self._active = active

    @property
    def active(self) -> Tensor | int:
        """How many categories are active."""
        categorical = self.student.latent.categorical
        if self._active is not None or categorical is None:
            return self._active or 0
        return tf.convert_to_tensor(categorical.active_categories)

    def reconstruct(self, images: Tensor) -> dict[str, Tensor]:
        return answer(self._valid(images), {"reconstruction": self.student.reconstruct(images)})

    def encode(self, images: Tensor) -> dict[str, Tensor]:
        posterior = self.student.posterior(images)  # q(z | x)
        loc, log_var = posterior.gaussian
        outputs = {"loc": loc, "scale": finite.scale(0.5 * log_var)}
        if self.student.latent.categorical is not None:
            probs = tf.nn.softmax(posterior.logits)[:, : self.active]
            outputs |= {"category_probs": probs, "category": tf.argmax(probs, axis=-1)}
        return answer(self._valid(images), outputs)

    def decode(self, z_continuous: Tensor, category: Tensor) -> dict[str, Tensor]:
        valid = in_support(z_continuous, REAL) & is_one_of(category, 0, self.active)
        code = LatentCode(z_continuous, tf.one_hot(category, self.student.latent.capacity))
        return self._images(valid, code)

    def decode_continuous(self, z_continuous: Tensor) -> dict[str, Tensor]:
        """Of a latent without categories."""
        code = LatentCode(z_continuous, tf.zeros_like(z_continuous[:, :0]))
        return self._images(in_support(z_continuous, REAL), code)

    def decode_one_hot(self, z_continuous: Tensor, category_probs: Tensor) -> dict[str, Tensor]:
        valid = in_support(z_continuous, REAL) & in_support(category_probs, UNIT_INTERVAL)
        room = [[0, 0], [0, self.student.latent.capacity - self.active]]
        return self._images(valid, LatentCode(z_continuous, tf.pad(category_probs, room)))

    def generate(
        self, seed: Tensor, category: Tensor, task: Tensor, value_seed: Tensor | None = None
    ) -> dict[str, Tensor]:
        """From where the codes of tasks lie; from p(z) if that is not known of any.

        E[x | z], or x ~ p(x | z) if there are seeds to draw values by.
        """
        if self.summaries is None:
            return self._generate(self._prior(seed), category, task == ANY, value_seed)
        codes = self.summaries(tf.shape(seed)[0], seed, task, category)  # z ~ q(z | task, z_d)
        return self._generate(codes, category, is_one_of(task, ANY, self.tasks), value_seed)

    def generate_from_prior(
        self, seed: Tensor, category: Tensor, value_seed: Tensor | None = None
    ) -> dict[str, Tensor]:
        return self._generate(self._prior(seed), category, tf.ones_like(seed, tf.bool), value_seed)

    def generate_continuous(self, seed: Tensor, task: Tensor) -> dict[str, Tensor]:
        """Of a latent without categories."""
        return self.generate(seed, tf.fill(tf.shape(seed), tf.constant(ANY, tf.int64)), task)

    def generate_continuous_from_prior(self, seed: Tensor) -> dict[str, Tensor]:
        """Of a latent without categories."""
        return self._images(tf.ones_like(seed, tf.bool), self._prior(seed))

    def score(self, images: Tensor, seed: Tensor) -> dict[str, Tensor]:
        posterior = self.student.posterior(images)  # q(z | x)
        code = self.student.latent.sample(posterior, seed)  # z ~ q(z | x), z_d hard
        terms = elbo_terms(self.student, images, posterior, code)
        valid = self._valid(images)
        novelty = self._novelty(images, posterior, -terms["reconstruction"])
        return {**answer(valid, terms), **_as_novel(valid, novelty)}

    def reconstruct_uint8(self, images: Tensor) -> dict[str, Tensor]:
        return self.reconstruct(_from_bytes(images))

    def encode_uint8(self, images: Tensor) -> dict[str, Tensor]:
        return self.encode(_from_bytes(images))

    def score_uint8(self, images: Tensor, seed: Tensor) -> dict[str, Tensor]:
        return self.score(_from_bytes(images), seed)

    def _novelty(self, images: Tensor, posterior: Posterior, log_prob: Tensor) -> Tensor:
        if self.novelty is None:
            return tf.fill(tf.shape(log_prob), tf.constant(float("nan")))
        return self.novelty(images, posterior, log_prob)

    def _prior(self, seed: Tensor) -> LatentCode:
        return self.student.latent.sample_prior(tf.shape(seed)[0], seed)  # z ~ p(z)

    def _generate(
        self, code: LatentCode, category: Tensor, valid: Tensor, value_seed: Tensor | None
    ) -> dict[str, Tensor]:
        """`code` decoded, its z_d replaced where a category is asked for."""
        chosen = tf.one_hot(category, self.student.latent.capacity)
        discrete = tf.where((category == ANY)[:, None], code.discrete, chosen)
        valid &= is_one_of(category, ANY, self.active)
        return self._images(valid, LatentCode(code.continuous, discrete), value_seed)

    def _valid(self, images: Tensor) -> Tensor:
        return in_support(images, self.student.likelihood.support)

    def _images(
        self, valid: Tensor, code: LatentCode, value_seed: Tensor | None = None
    ) -> dict[str, Tensor]:
        if value_seed is None:
            return answer(valid, {"images": self.student.mean(code)})
        return answer(valid, {"images": self.student.sample(code, value_seed)})


def _as_novel(valid: Tensor, novelty: Tensor) -> dict[str, Tensor]:
    """What has no probability at all is as new as can be, rather than not to be answered."""
    novelty = tf.where(valid, tf.cast(novelty, tf.float32), float("inf"))
    return {
        "novelty": novelty,
        "novelty_quantile": -tf.math.expm1(-novelty),
        "outside_support": tf.cast(~valid, tf.int64),
    }


def _from_bytes(images: Tensor) -> Tensor:
    # Looked up: TensorFlow makes a division in a graph a product, which differs in the last bit.
    return tf.gather(GREY_LEVELS, tf.cast(images, tf.int32))
