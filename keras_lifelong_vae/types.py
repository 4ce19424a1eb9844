"""The small named tuples that travel between layers, objectives and the model."""

from typing import Any, NamedTuple

Tensor = Any  # a `tf.Tensor`, or what Keras converts to one


class GaussianParameters(NamedTuple):
    """A diagonal Gaussian, N(loc, diag(exp(log_var))); both `(batch_size, latent_dim)`."""

    loc: Tensor
    log_var: Tensor


class Posterior(NamedTuple):
    """q(z | x) = N(z_c; loc, exp(log_var)) Cat(z_d; logits), one row per example.

    `logits` is `(batch_size, category_capacity)`; categories that are not active have a logit
    so low that their probability is exactly 0.
    """

    gaussian: GaussianParameters
    logits: Tensor


class LatentCode(NamedTuple):
    """z = (z_c, z_d): `(batch_size, latent_dim)` and `(batch_size, category_capacity)`."""

    continuous: Tensor
    category: Tensor


class LossTerms(NamedTuple):
    """The terms of the objective before they are weighed; each `(batch_size,)`, in nats."""

    reconstruction: Tensor
    kl_gaussian: Tensor
    kl_categorical: Tensor
    consistency: Tensor
    cross_reconstruction: Tensor
    category_target: Tensor
    information: Tensor


class Encoding(NamedTuple):
    """What `LifelongVAE.encode` answers, one row per image, as numpy arrays.

    `loc` and `scale` (standard deviation) are `(n, latent_dim)`, `category_probs` is
    `(n, active_categories)` and `category`, the most probable category, is `(n,)`.
    """

    loc: Any
    scale: Any
    category_probs: Any
    category: Any
