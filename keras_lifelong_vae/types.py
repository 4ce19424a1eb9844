"""The small named tuples that travel between latents, terms and the model."""

from typing import NamedTuple, TypeAlias

import numpy as np
import tensorflow as tf

Tensor: TypeAlias = tf.Tensor


class GaussianParameters(NamedTuple):
    """A diagonal Gaussian, N(loc, diag(exp(log_var))); both `(batch_size, latent_dim)`."""

    loc: Tensor
    log_var: Tensor


class Posterior(NamedTuple):
    """q(z | x) = N(z_c; loc, exp(log_var)) Cat(z_d; logits), one row per example.

    `logits` is `(batch_size, capacity)`; categories that are not active have a logit so low that
    their probability is exactly 0. A latent without a categorical part has a capacity of 0.
    """

    gaussian: GaussianParameters
    logits: Tensor


class LatentCode(NamedTuple):
    """z = (z_c, z_d): `(batch_size, latent_dim)`; `(batch_size, capacity)`, one-hot or relaxed."""

    continuous: Tensor
    discrete: Tensor


class Encoding(NamedTuple):
    """What `LifelongVAE.encode` answers, one row per image, as numpy arrays.

    `loc` and `scale` (standard deviation) are `(n, latent_dim)`, `category_probs` is
    `(n, active_categories)` and `category`, the most probable category, is `(n,)`; the last two are
    `None` for a latent without a categorical part.
    """

    loc: np.ndarray
    scale: np.ndarray
    category_probs: np.ndarray | None = None
    category: np.ndarray | None = None
