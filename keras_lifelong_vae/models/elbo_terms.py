"""The parts of -ELBO at a given z."""

from keras_lifelong_vae.models.autoencoder import Autoencoder
from keras_lifelong_vae.objectives import categorical_kl, gaussian_kl_to_prior
from keras_lifelong_vae.types import LatentCode, Posterior, Tensor


def elbo_terms(
    student: Autoencoder, images: Tensor, posterior: Posterior, code: LatentCode
) -> dict[str, Tensor]:
    """-log p(x | z), KL(q(z_c | x) || N(0, I)) and KL(q(z_d | x) || Cat(1 / active)).

    Args:
        student: The VAE.
        images: x, `(batch_size, *event_shape)`.
        posterior: q(z | x) of `images`.
        code: z ~ q(z | x), z_d hard.

    Returns:
        `reconstruction`, `kl_gaussian` and `kl_categorical`, nats per image, each `(batch_size,)`;
        their sum is -ELBO.
    """
    decoded = student.decode(code)  # p(x | z)
    prior_logits = student.latent.categorical.prior_logits()
    return {
        "reconstruction": -student.likelihood.log_prob(images, decoded),
        "kl_gaussian": gaussian_kl_to_prior(posterior.gaussian),
        "kl_categorical": categorical_kl(posterior.logits, prior_logits),
    }
