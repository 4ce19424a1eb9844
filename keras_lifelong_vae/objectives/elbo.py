"""The evidence lower bound."""

from keras_lifelong_vae.types import Tensor


def negative_elbo(log_likelihood: Tensor, kl_gaussian: Tensor, kl_categorical: Tensor) -> Tensor:
    """-ELBO(x) = -E_q[log p(x | z)] + KL(q(z_c | x) || p(z_c)) + KL(q(z_d | x) || p(z_d)).

    An upper bound of -log p(x) in expectation if `log_likelihood` is taken at z ~ q(z | x), with
    a hard z_d, and the KLs are exact and unscaled.

    Args:
        log_likelihood: log p(x | z), nats per example, `(batch_size,)`.
        kl_gaussian: Nats per example, `(batch_size,)`.
        kl_categorical: Nats per example, `(batch_size,)`.

    Returns:
        Nats per example, `(batch_size,)`.

    Reference: Kingma and Welling, "Auto-Encoding Variational Bayes", 2014, equation 3.
    """
    return -log_likelihood + kl_gaussian + kl_categorical
