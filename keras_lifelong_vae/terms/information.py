"""Information restriction: how much z_c tells about the reconstruction, I(z_c; x_hat).

Each estimator takes the same arguments, so that the model can call any of them by name:

    reencoded: q(z_c | x_hat), the student's posterior of its own reconstruction.
    original: q(z_c | x), the posterior that z_c was drawn from.
    continuous: z_c, the code that x_hat was decoded from.

and returns nats per example, `(batch_size,)`; their mean over the batch is the estimate.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from keras_lifelong_vae import distributions as tfd
from keras_lifelong_vae import finite
from keras_lifelong_vae.checks import check_choice
from keras_lifelong_vae.latents.divergences import gaussian_kl, gaussian_kl_to_standard, normal
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.terms.step import Step
from keras_lifelong_vae.terms.term import Term
from keras_lifelong_vae.types import GaussianParameters, Tensor

Estimator = Callable[[GaussianParameters, GaussianParameters, Tensor], Tensor]


def upper_bound(
    reencoded: GaussianParameters, original: GaussianParameters, continuous: Tensor
) -> Tensor:
    """KL(q(z_c | x_hat) || N(0, I)): its mean is an upper bound of I_q(z_c; x_hat).

    E KL(q(z|x) || p(z)) = I_q(z; x) + KL(q(z) || p(z)): the gap is how far the aggregated
    posterior is from the prior. Analytic, so without Monte Carlo noise.

    Reference: Hoffman and Johnson, "ELBO surgery", 2016; Alemi et al., "Deep Variational
    Information Bottleneck", 2017.
    """
    del original, continuous
    return gaussian_kl_to_standard(reencoded)


def minibatch_lower_bound(
    reencoded: GaussianParameters, original: GaussianParameters, continuous: Tensor
) -> Tensor:
    """log q(z_i | x_hat_i) - log 1/N sum_j q(z_i | x_hat_j): a Monte Carlo lower bound.

    The mean over the batch is the InfoNCE bound with q(z_c | x_hat) as its critic. It never
    exceeds ln N, N the batch size, and its expectation is at most I(z_c; x_hat).

    Reference: Poole et al., "On Variational Bounds of Mutual Information", 2019.
    """
    del original
    own = normal(reencoded)
    posteriors = tfd.MultivariateNormalDiag(own.loc, own.scale)
    # log q(z_i | x_hat_j) at [i, j]
    log_probs = posteriors.log_prob(finite.location(continuous)[:, None, :])
    num_examples = tf.cast(tf.shape(log_probs)[0], log_probs.dtype)
    aggregated = tf.reduce_logsumexp(log_probs, axis=1) - tf.math.log(num_examples)
    return tf.linalg.diag_part(log_probs) - aggregated


def posterior_match(
    reencoded: GaussianParameters, original: GaussianParameters, continuous: Tensor
) -> Tensor:
    """KL(q(z_c | x_hat) || q(z_c | x)): what the authors' own code penalises.

    Not a bound of I(z_c; x_hat) in either direction: it is 0 whenever the reconstruction is
    encoded like the image, however informative z_c is. Here to reproduce their figures.
    """
    del continuous
    return gaussian_kl(reencoded, original)


ESTIMATORS: dict[str, Estimator] = {
    "upper_bound": upper_bound,
    "minibatch": minibatch_lower_bound,
    "posterior_match": posterior_match,
}


@register
class Information(Term):
    """lambda I(z_c; x_hat): what z_c tells about the student's own reconstruction is penalised.

    Args:
        weight: lambda.
        name: See `Term`.
        estimator: "upper_bound", "minibatch" or "posterior_match", see the functions.

    Reference: "Lifelong Generative Modeling", arXiv 1705.09847, the information restriction.
    """

    def __init__(
        self, weight: float = 1.0, name: str | None = None, estimator: str = "upper_bound"
    ) -> None:
        super().__init__(weight, name)
        self.estimator = check_choice(estimator, "estimator", tuple(ESTIMATORS))

    def value(self, step: Step) -> Tensor:
        reencoded, original = step.reencoded.gaussian, step.posterior.gaussian
        return ESTIMATORS[self.estimator](reencoded, original, step.decoded_code.continuous)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "estimator": self.estimator}
