"""Densities without the point itself, and how often a learned image scores higher."""

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.novelty.leave_one_out import leave_one_out_log_density
from keras_lifelong_vae.novelty.tail import EXCEEDANCES, log_exceedance, quantiles_of


def gaussian(points):
    """Weights, means and Cholesky factors of the one Gaussian with the moments of `points`."""
    apart = points - points.mean(axis=0)
    factor = np.linalg.cholesky(apart.T @ apart / len(points))
    return np.ones(1), points.mean(axis=0)[None], factor[None]


def log_density(point, locs, scale_trils):
    white = np.linalg.solve(scale_trils[0], point - locs[0])
    log_det = np.log(np.diag(scale_trils[0])).sum()
    return -0.5 * white @ white - log_det - 0.5 * len(point) * np.log(2 * np.pi)


def test_a_point_left_out_of_one_gaussian_is_as_if_fitted_without_it():
    points = np.random.default_rng(0).normal(size=(12, 3))
    found = leave_one_out_log_density(points, *gaussian(points))
    for i, point in enumerate(points):
        _, locs, scale_trils = gaussian(np.delete(points, i, axis=0))
        np.testing.assert_allclose(found[i], log_density(point, locs, scale_trils), rtol=1e-6)


def test_few_points_give_finite_densities():
    points = np.repeat(np.random.default_rng(0).normal(size=(1, 4)), 2, axis=0)
    factor = 0.03 * np.eye(4)[None]
    assert np.isfinite(leave_one_out_log_density(points, np.ones(1), points[:1], factor)).all()


def test_the_share_that_exceeds_a_quantile_is_the_one_it_stands_for():
    scores = np.random.default_rng(0).exponential(size=50_000)
    quantiles = tf.constant(quantiles_of(scores)[None], tf.float32)
    asked = quantiles[:, :-1]
    np.testing.assert_allclose(np.exp(log_exceedance(asked, quantiles))[0], EXCEEDANCES, rtol=1e-5)
    rare = tf.constant([[-np.log(3e-4), -np.log(1e-5)]], tf.float32)  # beyond the last quantile
    np.testing.assert_allclose(log_exceedance(rare, quantiles), -rare, rtol=0.1)
    assert log_exceedance(tf.constant([[-5.0]]), quantiles) == 0.0


def test_equal_scores_have_increasing_quantiles():
    assert (np.diff(quantiles_of(np.ones(5))) > 0).all()
