"""Gaussians by their moments: the corners of a simplex, and two merged into one."""

import numpy as np
import pytest

from keras_lifelong_vae.replay.gaussian_moments import merge_closest, simplex


@pytest.mark.parametrize("size", [1, 2, 14])
def test_the_corners_have_mean_zero_covariance_one_and_equal_lengths(size):
    corners = simplex(size, np.random.default_rng(0))
    assert corners.shape == (size + 1, size)
    np.testing.assert_allclose(corners.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(corners.T @ corners / (size + 1), np.eye(size), atol=1e-12)
    np.testing.assert_allclose(np.square(corners).sum(axis=1), size)


def test_other_draws_turn_the_simplex():
    one, other = (simplex(3, np.random.default_rng(seed)) for seed in (0, 1))
    assert np.abs(one - other).max() > 0.1


def mixture():
    """The second and the third are near each other."""
    rng = np.random.default_rng(0)
    scale_trils = np.tril(0.1 * rng.normal(size=(4, 2, 2))) + np.eye(2)
    return {
        "mixture_weights": np.array([0.4, 0.3, 0.2, 0.1]),
        "locs": np.array([[5.0, 5.0], [0.0, 0.0], [0.5, 0.0], [-6.0, 4.0]]),
        "scale_trils": scale_trils,
        "category_probs": np.eye(4),
    }


def moments(gaussians):
    weights, locs = gaussians["mixture_weights"], gaussians["locs"]
    covariances = gaussians["scale_trils"] @ gaussians["scale_trils"].swapaxes(1, 2)
    second = covariances + locs[:, :, None] * locs[:, None]
    probs = weights @ gaussians["category_probs"]
    return weights.sum(), weights @ locs, np.einsum("i,ijk->jk", weights, second), probs


def test_the_closest_two_become_one_with_the_moments_of_both():
    before = mixture()
    after = merge_closest(before)
    np.testing.assert_allclose(after["mixture_weights"], [0.4, 0.5, 0.1])
    np.testing.assert_allclose(after["locs"][1], [0.2, 0.0])
    np.testing.assert_allclose(after["category_probs"][1], [0, 0.6, 0.4, 0])
    for one, other in zip(moments(before), moments(after), strict=True):
        np.testing.assert_allclose(one, other)
    for name, value in before.items():  # those that stay are not touched
        np.testing.assert_array_equal(after[name][[0, 2]], value[[0, 3]])


def test_merging_on_ends_with_the_moments_of_all():
    before = after = mixture()
    while len(after["locs"]) > 1:
        after = merge_closest(after)
    for one, other in zip(moments(before), moments(after), strict=True):
        np.testing.assert_allclose(one, other)
