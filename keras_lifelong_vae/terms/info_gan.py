"""InfoGAN's regularizer: what is decoded is to tell which category it was decoded from."""

import tensorflow as tf

from keras_lifelong_vae import finite, noise
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.terms.step import Step
from keras_lifelong_vae.terms.term import Term
from keras_lifelong_vae.types import Tensor


@register
class InfoGAN(Term):
    """-(E log Q(z_d | x_hat) + H(z_d)), z ~ p(z), x_hat decoded from it: minus a lower bound of I.

        I(z_d; x_hat) = H(z_d) - H(z_d | x_hat) >= H(z_d) + E_{z ~ p(z)} log Q(z_d | x_hat)

    The bound is maximised. Q is the student's own encoder, q(z_d | x_hat), so that no network is
    added; p(z_d) is uniform over the active categories, H(z_d) the logarithm of their number. One z
    is drawn for each image of the batch.

    Raises:
        ValueError: By the model, if its latent has no categorical part.

    Reference: Chen et al., "InfoGAN", 2016, equation 5.
    """

    def build(self, model: object) -> None:
        model.check_has_categories(f"the term {self.name!r}")  # type: ignore[attr-defined]

    def value(self, step: Step) -> Tensor:
        student = step.student
        number = tf.shape(step.images)[0]
        code = student.latent.sample_prior(number, noise.split(step.seed, 2)[1])  # z ~ p(z)
        generated = student.likelihood.mean(student.parameters(code, training=True))
        logits = student.posterior(generated, training=True).logits
        return negative_bound(logits, code.discrete, student.latent.categorical.prior_logits())


def negative_bound(logits: Tensor, one_hot: Tensor, prior_logits: Tensor) -> Tensor:
    """-(log Q(z_d | x_hat) + H(z_d)), nats per example, `(batch_size,)`.

    Args:
        logits: Of Q(z_d | x_hat), `(batch_size, capacity)`.
        one_hot: z_d, `(batch_size, capacity)`.
        prior_logits: Of p(z_d), `(capacity,)`.
    """
    logits, one_hot, prior_logits = map(finite.wide, (logits, one_hot, prior_logits))
    log_prior = tf.nn.log_softmax(prior_logits)
    entropy = -tf.reduce_sum(tf.exp(log_prior) * log_prior)
    return -tf.reduce_sum(one_hot * tf.nn.log_softmax(logits), axis=-1) - entropy
