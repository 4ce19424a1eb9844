"""The ELBO of a linear-Gaussian model, whose evidence is known."""

import numpy as np
from keras_lifelong_vae.objectives import gaussian_kl_to_prior, negative_elbo
from scipy.stats import norm

from keras_lifelong_vae.types import GaussianParameters


def test_it_is_the_sum_of_its_parts():
    result = negative_elbo(np.array([-3.0, -1.0]), np.array([0.5, 0.25]), np.array([0.0, 2.0]))
    np.testing.assert_array_equal(result, [3.5, 3.25])


def test_with_the_exact_posterior_it_is_the_evidence_and_otherwise_a_bound():
    # z ~ N(0, 1), x | z ~ N(w z, s^2): p(x) and p(z | x) are Gaussian.
    w, s, x = 1.7, 0.6, 0.9
    evidence = norm(0, np.hypot(w, s)).logpdf(x)
    variance = 1 / (1 + w**2 / s**2)
    loc = variance * w * x / s**2

    def bound(loc, variance):
        expected = norm(w * loc, s).logpdf(x) - 0.5 * w**2 * variance / s**2
        posterior = GaussianParameters(np.array([[loc]]), np.log([[variance]]))
        return negative_elbo(np.array([expected]), gaussian_kl_to_prior(posterior), 0.0).numpy()[0]

    np.testing.assert_allclose(bound(loc, variance), -evidence, rtol=1e-9)
    assert bound(loc + 0.3, variance) > -evidence
    assert bound(loc, 2 * variance) > -evidence
