"""By what images are compared with what was learned, against the same in numpy."""

import numpy as np
import pytest
import tensorflow as tf
from model_helpers import SEED, digits, small_model
from scipy.special import xlogy

from keras_lifelong_vae.likelihoods import Bernoulli, DiscretizedLogistic, Gaussian
from keras_lifelong_vae.novelty import image_statistics, num_statistics
from keras_lifelong_vae.novelty.statistics import total_variation


def test_they_are_code_deviance_brightness_and_variation():
    model, images = small_model(), digits(0, 5)
    posterior = model.student.posterior(images)
    code = model.student.latent.sample(posterior, SEED)
    means = model.student.mean(code).numpy().astype("float64")
    log_prob = model.likelihood.log_prob(images, model.student.parameters(code))
    found = image_statistics(model.likelihood, tf.constant(images), posterior, log_prob).numpy()
    assert found.shape == (5, num_statistics(4))
    np.testing.assert_allclose(found[:, :4], posterior.gaussian.loc, rtol=1e-6)
    x = images.astype("float64")
    deviance = xlogy(x, x / means) + xlogy(1 - x, (1 - x) / (1 - means))  # KL of Bernoullis
    np.testing.assert_allclose(np.sinh(found[:, 4]), deviance.sum((1, 2, 3)), rtol=1e-4)
    np.testing.assert_allclose(np.sinh(found[:, 5]), x.sum((1, 2, 3)), rtol=1e-5)
    across, down = (np.abs(np.diff(x, axis=axis)).sum((1, 2, 3)) for axis in (1, 2))
    np.testing.assert_allclose(np.sinh(found[:, 6]), across + down, rtol=1e-5)


def test_total_variation_of_a_vector_is_its_length_in_the_first_norm():
    rows = tf.constant([[1.0, -2.0, 0.5], [0.0, 0.0, 0.0]])
    np.testing.assert_allclose(total_variation(rows), [3.5, 0.0])


@pytest.mark.parametrize(
    "likelihood", [Bernoulli(), Gaussian(), Gaussian(support="real"), DiscretizedLogistic()]
)
def test_no_parameters_give_more_than_the_saturated_likelihood(likelihood):
    images = tf.constant(digits(0, 6))
    likelihood.build(images.shape)
    best = likelihood.saturated_log_prob(images)
    own = likelihood.log_prob(images, likelihood.parameters_of(images))
    np.testing.assert_allclose(own, best, rtol=1e-3, atol=1e-2)
    noise = tf.random.stateless_normal(images.shape, SEED)
    for scale in (0.01, 0.3):
        other = likelihood.log_prob(images, likelihood.parameters_of(images) + scale * noise)
        assert np.all(other < best + 1e-2)


def test_values_without_probability_are_finite_or_nan_and_never_raise():
    likelihood = Gaussian(support="real")
    likelihood.build((None, 3))
    model_like = small_model().student.posterior(digits(0, 2))
    rows = tf.constant([[3e38, -3e38, 3e38], [0.0, 1.0, 2.0]])
    found = image_statistics(likelihood, rows, model_like, tf.constant([-np.inf, -5.0]))
    assert np.isfinite(found).all()
