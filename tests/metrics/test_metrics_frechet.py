"""The Fréchet distance of Gaussians whose distance is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg

from keras_lifelong_vae.metrics import frechet_distance


def samples(loc, covariance, n=60, seed=0):
    """`n` rows whose empirical mean and covariance are exactly `loc` and `covariance`."""
    noise = np.random.default_rng(seed).normal(size=(n, len(loc)))
    noise -= noise.mean(axis=0)
    covariance_of_noise = np.atleast_2d(np.cov(noise, rowvar=False))
    white = noise @ np.linalg.inv(np.linalg.cholesky(covariance_of_noise)).T
    return white @ np.linalg.cholesky(covariance).T + loc


def random_covariance(rng, width):
    factor = rng.normal(size=(width, width + 2))
    return factor @ factor.T / width


def test_one_dimension_is_the_difference_of_means_and_of_standard_deviations():
    a = samples([1.0], [[4.0]])
    b = samples([-2.0], [[0.25]], n=90, seed=1)
    assert frechet_distance(a, b) == pytest.approx(3.0**2 + (2.0 - 0.5) ** 2)


def test_diagonal_covariances_commute():
    scales_a, scales_b = np.array([1.0, 2.0, 0.1]), np.array([3.0, 0.5, 0.1])
    a = samples([0.0, 1.0, 2.0], np.diag(scales_a**2))
    b = samples([0.0, 1.0, 4.0], np.diag(scales_b**2), seed=1)
    assert frechet_distance(a, b) == pytest.approx(4.0 + np.sum((scales_a - scales_b) ** 2))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), width=st.integers(1, 6), scale=st.floats(0.01, 100.0))
def test_it_is_the_formula_by_eigenvalues_and_by_the_matrix_root(seed, width, scale):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(40, width)) @ rng.normal(size=(width, width)) * scale
    b = rng.normal(size=(30, width)) @ rng.normal(size=(width, width)) + rng.normal(size=width)
    cov_a, cov_b = (np.cov(x, rowvar=False).reshape(width, width) for x in (a, b))
    base = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(cov_a + cov_b)
    eigenvalues = np.linalg.eigvals(cov_a @ cov_b).real
    by_eigenvalues = base - 2 * np.sum(np.sqrt(np.maximum(eigenvalues, 0)))
    by_root = base - 2 * np.trace(linalg.sqrtm(cov_a @ cov_b)).real
    distance = frechet_distance(a, b)
    assert distance >= 0
    assert distance == pytest.approx(by_eigenvalues, rel=1e-6, abs=1e-6 * base)
    assert distance == pytest.approx(by_root, rel=1e-5, abs=1e-5 * base)
    assert distance == pytest.approx(frechet_distance(b, a), rel=1e-9, abs=1e-10 * base)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), shift=st.lists(st.floats(-50, 50), min_size=3, max_size=3))
def test_a_set_is_at_zero_from_itself_and_a_translation_adds_its_square(seed, shift):
    rng = np.random.default_rng(seed)
    a = samples(rng.normal(size=3), random_covariance(rng, 3))
    b = samples(rng.normal(size=3), random_covariance(rng, 3), seed=1)
    assert frechet_distance(a, a) == pytest.approx(0.0, abs=1e-10)
    assert frechet_distance(a, a + shift) == pytest.approx(np.sum(np.square(shift)), abs=1e-9)
    b_centred = b - b.mean(axis=0) + a.mean(axis=0)
    moved = frechet_distance(a, b_centred + shift) - frechet_distance(a, b_centred)
    assert moved == pytest.approx(np.sum(np.square(shift)), abs=1e-8)


def test_features_that_never_fire_or_repeat_each_other_do_no_harm():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 300, 20))
    expected = frechet_distance(a, b)
    dead_a, dead_b = (np.concatenate([x, np.zeros((300, 30))], axis=1) for x in (a, b))
    assert frechet_distance(dead_a, dead_b) == pytest.approx(expected, rel=1e-9)
    twice_a, twice_b = (np.concatenate([x, x], axis=1) for x in (a, b))
    assert frechet_distance(twice_a, twice_b) == pytest.approx(2 * expected, rel=1e-9)


def test_single_precision_features_far_from_zero_are_counted_in_double():
    rng = np.random.default_rng(0)
    a = (rng.normal(size=(500, 10)) + 1000).astype("float32")
    assert frechet_distance(a, a[::-1]) == pytest.approx(0.0, abs=1e-9)


GOOD = np.random.default_rng(0).normal(size=(10, 3))


@pytest.mark.parametrize(
    ("a", "b", "match"),
    [
        (GOOD[:3], GOOD, "`features_a` must have more rows .* at least 4 for width 3, received 3"),
        (GOOD, GOOD[:1], "`features_b` must have more rows .* received 1"),
        (GOOD, GOOD[:, :2], r"`features_b` must be as wide as `features_a` \(3\), received 2"),
        (GOOD[:, 0], GOOD, r"`features_a` must have shape \(n, width\), received \(10,\)"),
        (GOOD, np.zeros((5, 0)), r"`features_b` must have shape"),
        (np.where(GOOD > 1, np.nan, GOOD), GOOD, "`features_a` must be finite, received"),
        (GOOD, np.where(GOOD[2, 1] == GOOD, np.inf, GOOD), "`features_b` .* received 1 NaN or inf"),
    ],
)
def test_bad_features_are_refused(a, b, match):
    with pytest.raises(ValueError, match=match):
        frechet_distance(a, b)
