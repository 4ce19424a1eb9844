"""The importance-weighted bound against what is known exactly."""

import numpy as np
import pytest
import tensorflow as tf
from model_helpers import GaussianOnly, digits, joint_latent, small_model

from keras_lifelong_vae import latents
from keras_lifelong_vae.autoencoder import importance_weighted_bound


@pytest.fixture(scope="module")
def model():
    model = small_model(mode="graph", categories_per_task=3, learning_rate=3e-3)
    model.fit(digits(0), epochs=5, verbose=0)
    return model


def test_where_the_decoder_ignores_z_it_is_the_likelihood():
    """p(x | z) = p(x), and q(z | x) = p(z) makes all weights p(x): exact for any S."""
    model = small_model(categories_per_task=3)
    for layer in (model.student.read_in, model.student.latent):
        for weight in layer.trainable_variables:
            weight.assign(tf.zeros(weight.shape))
    images = digits(1, 5)
    decoded = model.student.parameters(model.student.latent.sample_prior(1, tf.constant([0, 0])))
    exact = -model.student.likelihood.log_prob(images, tf.repeat(decoded, 5, axis=0)).numpy()
    for num_samples in (1, 7):
        bound = model.importance_weighted_bound(images, num_samples, seed=0)
        np.testing.assert_allclose(bound, exact, rtol=1e-5)


def test_with_one_sample_its_mean_is_the_negative_elbo(model):
    images = digits(0, 20).repeat(200, axis=0)
    one = model.importance_weighted_bound(images, 1, seed=1)
    elbo = model.negative_elbo(images, seed=2)
    assert one.mean() == pytest.approx(elbo.mean(), abs=6 * elbo.std() / np.sqrt(2000))


@pytest.mark.slow
def test_more_samples_make_it_sharper(model):
    images = digits(0, 20).repeat(50, axis=0)
    bounds = [model.importance_weighted_bound(images, s, seed=0).mean() for s in (1, 4, 50)]
    assert bounds[0] > bounds[1] > bounds[2]


def test_a_numpy_twin_of_the_same_draws(model):
    images, seed, num_samples = digits(0, 3), tf.constant([4, 5]), 4
    student = model.student
    posterior = tf.nest.map_structure(
        lambda one: tf.repeat(one, num_samples, axis=0), student.posterior(images)
    )
    code = student.latent.sample(posterior, seed)
    means = student.mean(code).numpy().astype("float64")
    x = images.repeat(num_samples, axis=0).astype("float64")
    likelihood = (x * np.log(means) + (1 - x) * np.log1p(-means)).sum(axis=(1, 2, 3))
    z, loc, log_var = (np.asarray(one, "float64") for one in (code.continuous, *posterior.gaussian))
    ratio = (-(z**2) / 2 + (z - loc) ** 2 / (2 * np.exp(log_var)) + log_var / 2).sum(axis=1)
    probs = tf.nn.softmax(posterior.logits).numpy().astype("float64")
    chosen = probs[np.arange(len(z)), code.discrete.numpy().argmax(axis=1)]
    log_weight = likelihood + ratio + np.log(1 / 3) - np.log(chosen)
    weights = np.exp(log_weight.reshape(3, num_samples))
    expected = -np.log(weights.mean(axis=1))
    found = importance_weighted_bound(student, tf.constant(images), num_samples, seed)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize("kind", ["no categories", "mixture prior"])
def test_with_another_latent_it_is_sharper_than_the_negative_elbo(kind):
    latent = GaussianOnly()
    if kind == "mixture prior":
        latent = joint_latent(latent_dim=latents.MixturePriorLatent(4, 3, seed=0))
    model = small_model(mode="graph", learning_rate=3e-3, latent=latent)
    model.fit(digits(0), epochs=3, verbose=0)
    images = digits(0, 20).repeat(20, axis=0)
    elbo = model.negative_elbo(images, seed=0)
    one, many = (model.importance_weighted_bound(images, s, seed=0) for s in (1, 50))
    error = 6 * elbo.std() / np.sqrt(len(elbo))
    assert one.mean() == pytest.approx(elbo.mean(), abs=error)
    assert many.mean() < elbo.mean()


def test_the_same_seed_gives_the_same_figures_and_samples_are_bounded(model):
    images = digits(0, 9)
    first = model.importance_weighted_bound(images, 10_000, seed=3)  # one image at a time
    np.testing.assert_array_equal(first, model.importance_weighted_bound(images, 10_000, seed=3))
    assert (first != model.importance_weighted_bound(images, 10_000, seed=4)).any()


def test_no_samples_are_an_error():
    with pytest.raises(ValueError, match="`num_samples` must be an integer of at least 1"):
        small_model().importance_weighted_bound(digits(0, 2), 0)
