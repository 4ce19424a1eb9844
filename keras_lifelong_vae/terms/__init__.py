"""The terms of the loss: each a class with a weight and a value in nats per image."""

from keras_lifelong_vae.checks import check_choice
from keras_lifelong_vae.terms.category_target import CategoryTarget
from keras_lifelong_vae.terms.consistency import Consistency
from keras_lifelong_vae.terms.distillation import Distillation
from keras_lifelong_vae.terms.ewc import EWC
from keras_lifelong_vae.terms.info_gan import InfoGAN
from keras_lifelong_vae.terms.information import Information
from keras_lifelong_vae.terms.kl import KL
from keras_lifelong_vae.terms.reconstruction import CrossReconstruction, Reconstruction
from keras_lifelong_vae.terms.step import Step
from keras_lifelong_vae.terms.term import Term

_KINDS = (CategoryTarget, Consistency, CrossReconstruction, Distillation, EWC, InfoGAN)
_BY_NAME = {kind().name: kind for kind in (*_KINDS, Information, KL, Reconstruction)}


def get(name: str) -> type[Term]:
    """The class of the terms called `name`, such as "information".

    Raises:
        ValueError: If there is none of that name.
    """
    return _BY_NAME[check_choice(name, "term", tuple(_BY_NAME))]


__all__ = [
    "EWC",
    "KL",
    "CategoryTarget",
    "Consistency",
    "CrossReconstruction",
    "Distillation",
    "InfoGAN",
    "Information",
    "Reconstruction",
    "Step",
    "Term",
    "get",
]
