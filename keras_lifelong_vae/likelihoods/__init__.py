"""Likelihoods p(x | z), chosen by name or passed in."""

from typing import Any

from keras_lifelong_vae.checks import check_choice
from keras_lifelong_vae.likelihoods.bernoulli import Bernoulli
from keras_lifelong_vae.likelihoods.discretized_logistic import DiscretizedLogistic
from keras_lifelong_vae.likelihoods.gaussian import Gaussian
from keras_lifelong_vae.likelihoods.likelihood import Likelihood

_BY_NAME: dict[str, type[Likelihood]] = {
    "bernoulli": Bernoulli,
    "gaussian": Gaussian,
    "discretized_logistic": DiscretizedLogistic,
}


def get(identifier: Any) -> Likelihood:
    """The likelihood called `identifier`, or `identifier` itself if it is one already.

    Raises:
        ValueError: If there is no likelihood of that name.
    """
    if isinstance(identifier, Likelihood):
        return identifier
    return _BY_NAME[check_choice(identifier, "likelihood", tuple(_BY_NAME))]()


__all__ = ["Bernoulli", "DiscretizedLogistic", "Gaussian", "Likelihood", "get"]
