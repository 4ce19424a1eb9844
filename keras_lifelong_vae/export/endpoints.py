"""What an export answers: pure functions of tensors, one row of the answer per row asked."""

import tensorflow as tf

from keras_lifelong_vae.export.row_noise import row_noise
from keras_lifelong_vae.export.validity import answer, is_finite, is_one_of, is_unit
from keras_lifelong_vae.layers.inverse_cdf import invert_cdf
from keras_lifelong_vae.models.autoencoder import Autoencoder
from keras_lifelong_vae.models.elbo_terms import elbo_terms
from keras_lifelong_vae.types import LatentCode, Tensor

FROM_PRIOR = -1
MAX_LEVEL = 255.0


class Endpoints:
    """The functions behind the signatures; see `signatures` for inputs, outputs and units.

    Bad rows are marked, see `validity.RULE`: a server cannot raise for one row of many.

    Args:
        student: The VAE.
        active_categories: Number of categories that z_d has been trained with.
    """

    def __init__(self, student: Autoencoder, active_categories: int) -> None:
        self.student = student
        self.active = active_categories
        self.capacity = student.latent.categorical.capacity

    def reconstruct(self, images: Tensor) -> dict[str, Tensor]:
        return answer(is_unit(images), {"reconstruction": self.student.reconstruct(images)})

    def encode(self, images: Tensor) -> dict[str, Tensor]:
        posterior = self.student.posterior(images)  # q(z | x)
        probs = tf.nn.softmax(posterior.logits)[:, : self.active]
        outputs = {
            "loc": posterior.gaussian.loc,
            "scale": tf.exp(0.5 * posterior.gaussian.log_var),
            "category_probs": probs,
            "category": tf.argmax(probs, axis=-1),
        }
        return answer(is_unit(images), outputs)

    def decode(self, z_continuous: Tensor, category: Tensor) -> dict[str, Tensor]:
        valid = is_finite(z_continuous) & is_one_of(category, 0, self.active)
        code = LatentCode(z_continuous, tf.one_hot(category, self.capacity))
        return self._images(valid, code)

    def decode_one_hot(self, z_continuous: Tensor, category_probs: Tensor) -> dict[str, Tensor]:
        valid = is_finite(z_continuous) & is_unit(category_probs)
        room = [[0, 0], [0, self.capacity - self.active]]
        return self._images(valid, LatentCode(z_continuous, tf.pad(category_probs, room)))

    def generate(self, seed: Tensor, category: Tensor) -> dict[str, Tensor]:
        noise = row_noise(seed, self.student.latent.latent_dim)
        drawn = tf.cast(noise.uniform * self.active, tf.int64)  # k ~ Cat(1 / active)
        chosen = tf.where(category == FROM_PRIOR, drawn, category)
        code = LatentCode(noise.normal, tf.one_hot(chosen, self.capacity))  # z ~ p(z)
        return self._images(is_one_of(category, FROM_PRIOR, self.active), code)

    def score(self, images: Tensor, seed: Tensor) -> dict[str, Tensor]:
        posterior = self.student.posterior(images)  # q(z | x)
        loc, log_var = posterior.gaussian
        noise = row_noise(seed, self.student.latent.latent_dim)
        index = invert_cdf(tf.nn.softmax(posterior.logits), noise.uniform)
        z_continuous = loc + tf.exp(0.5 * log_var) * noise.normal  # z ~ q(z | x), z_d hard
        code = LatentCode(z_continuous, tf.one_hot(index, self.capacity))
        terms = elbo_terms(self.student, images, posterior, code)
        bound = terms["reconstruction"] + terms["kl_gaussian"] + terms["kl_categorical"]
        return answer(is_unit(images), {"negative_elbo": bound, **terms})

    def reconstruct_uint8(self, images: Tensor) -> dict[str, Tensor]:
        return self.reconstruct(_from_bytes(images))

    def encode_uint8(self, images: Tensor) -> dict[str, Tensor]:
        return self.encode(_from_bytes(images))

    def score_uint8(self, images: Tensor, seed: Tensor) -> dict[str, Tensor]:
        return self.score(_from_bytes(images), seed)

    def _images(self, valid: Tensor, code: LatentCode) -> dict[str, Tensor]:
        decoded = self.student.decode(code)  # p(x | z)
        return answer(valid, {"images": self.student.likelihood.mean(decoded)})


def _from_bytes(images: Tensor) -> Tensor:
    return tf.cast(images, tf.float32) / MAX_LEVEL
