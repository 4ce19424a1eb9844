"""-ELBO: the sum of its parts, and of a linear-Gaussian model, whose evidence is known."""

import numpy as np
import tensorflow as tf
from model_helpers import GaussianOnly, digits, joint_latent, small_model
from scipy.stats import norm

from keras_lifelong_vae import latents
from keras_lifelong_vae.autoencoder import elbo_terms
from keras_lifelong_vae.latents.divergences import gaussian_kl_to_standard
from keras_lifelong_vae.types import GaussianParameters

SEED = tf.constant([1, 2])


def parts_of(model, images):
    posterior = model.student.posterior(images)
    code = model.student.latent.sample(posterior, SEED)
    return elbo_terms(model.student, images, posterior, code), posterior, code


def test_its_parts_are_a_likelihood_and_the_kl_of_each_head():
    model = small_model(compiled=False, categories_per_task=2)
    images = tf.constant(digits(0, 5))
    parts, posterior, code = parts_of(model, images)
    bound, *own = parts.values()
    assert list(parts) == ["negative_elbo", "reconstruction", "kl_gaussian", "kl_categorical"]
    np.testing.assert_allclose(bound, np.sum(own, axis=0), rtol=1e-6)
    means = model.student.mean(code).numpy().astype("float64")
    x = images.numpy().astype("float64")
    expected = -(x * np.log(means) + (1 - x) * np.log1p(-means)).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(parts["reconstruction"], expected, rtol=1e-4)
    np.testing.assert_allclose(
        parts["kl_gaussian"], gaussian_kl_to_standard(posterior.gaussian), rtol=1e-6
    )
    probs = tf.nn.softmax(posterior.logits[:, :2]).numpy().astype("float64")
    expected = (probs * np.log(2 * probs)).sum(axis=1)
    np.testing.assert_allclose(parts["kl_categorical"], expected, rtol=1e-3, atol=1e-6)


def test_a_latent_names_its_own_parts():
    images = tf.constant(digits(0, 5))
    parts, *_ = parts_of(small_model(compiled=False, latent=GaussianOnly()), images)
    assert list(parts) == ["negative_elbo", "reconstruction", "kl_gaussian"]


def test_a_prior_without_a_closed_form_leaves_it_a_bound():
    """Of a mixture of one standard normal the estimate of the KL has the exact KL as its mean."""
    head = latents.MixturePriorLatent(4, 1, seed=0)
    model = small_model(compiled=False, latent=joint_latent(latent_dim=head))
    head = model.student.latent.blocks["gaussian"]
    head.prior_locs.assign(tf.zeros(head.prior_locs.shape))
    images = tf.repeat(tf.constant(digits(0, 1)), 4000, axis=0)
    parts, posterior, _ = parts_of(model, images)
    found = parts["kl_gaussian"].numpy()
    exact = gaussian_kl_to_standard(posterior.gaussian)[0]
    assert abs(found.mean() - exact) < 4 * found.std() / np.sqrt(4000)
    assert found.std() > 0.1


def test_with_the_exact_posterior_it_is_the_evidence_and_otherwise_a_bound():
    # z ~ N(0, 1), x | z ~ N(w z, s^2): p(x) and p(z | x) are Gaussian.
    w, s, x = 1.7, 0.6, 0.9
    evidence = norm(0, np.hypot(w, s)).logpdf(x)
    variance = 1 / (1 + w**2 / s**2)
    loc = variance * w * x / s**2

    def bound(loc, variance):
        expected = norm(w * loc, s).logpdf(x) - 0.5 * w**2 * variance / s**2
        posterior = GaussianParameters(np.array([[loc]]), np.log([[variance]]))
        return gaussian_kl_to_standard(posterior).numpy()[0] - expected

    np.testing.assert_allclose(bound(loc, variance), -evidence, rtol=1e-9)
    assert bound(loc + 0.3, variance) > -evidence
    assert bound(loc, 2 * variance) > -evidence
