"""How improbable a batch is: Hotelling's test, against scipy and by simulation."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from keras_lifelong_vae.streams.batch_test import (
    BatchTest,
    Moments,
    moments_of,
    pooled,
    squared_distance,
)


def draw(number, size, seed, loc=0.0):
    values = np.random.default_rng(seed).normal(loc, 1.0, (number, size))
    return values + 0.5 * values[:, ::-1]


def log_p_of(batch, reference, kurtosis):
    """The twin: Hotelling's T^2 in plain numpy, the tail of F by scipy."""
    (n, d), big = batch.shape, len(reference)
    apart = batch.mean(axis=0) - reference.mean(axis=0)
    covariance = np.atleast_2d(np.cov(reference, rowvar=False))
    t2 = apart @ np.linalg.solve(covariance, apart) / (1 / n + 1 / big)
    spread = 1 + (d + 2) * (kurtosis - 1) / (2 * n)
    return stats.f.logsf(t2 * (big - d) / (d * (big - 1)), d / spread, big - d)


def moments(values, kurtosis=1.0):
    found = moments_of(tf.constant(values, tf.float64))
    return found._replace(kurtosis=tf.constant(kurtosis, tf.float64))


def log_p(batch, reference):
    return float(BatchTest(batch.shape[1]).log_p(tf.constant(batch, tf.float64), reference)[0])


def heavy(rng, size):
    """Images of which some lie far out."""
    return rng.standard_t(6.0, size=(*size[:1], 1)) * rng.normal(size=size)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 8),
    st.integers(32, 64),
    st.integers(70, 400),
    st.floats(0.0, 1.0),
    st.floats(1.0, 3.0),
    st.integers(0, 999),
)
def test_it_is_hotellings_test(size, number, reference, shift, kurtosis, seed):
    before, batch = draw(reference, size, seed), draw(number, size, seed + 1, shift)
    found = log_p(batch, moments(before, kurtosis))
    assert found == pytest.approx(log_p_of(batch, before, kurtosis), rel=1e-3, abs=1e-4)


def test_the_units_of_the_values_do_not_matter():
    before, batch = draw(500, 4, 0), draw(40, 4, 1, 0.6)
    units = np.array([1e-5, 1.0, 30.0, 1e7])
    one, other = (log_p(batch * by, moments(before * by)) for by in (1.0, units))
    assert one == pytest.approx(other, rel=1e-4)
    assert one < -1.0


@pytest.mark.parametrize("draw_images", [np.random.Generator.normal, heavy])
def test_without_a_change_it_is_as_improbable_as_it_says(draw_images):
    rng, test = np.random.default_rng(0), tf.function(BatchTest(8).log_p)
    reference, found = moments(draw_images(rng, size=(400, 8))), []
    for _ in range(3000):
        batch = tf.constant(draw_images(rng, size=(64, 8)))
        log_p, seen = test(batch, reference)
        reference = pooled(reference, seen, tf.constant(6400.0, tf.float64))
        found.append(float(log_p))
    for rate in (0.1, 0.02, 0.002):
        share = np.mean(np.array(found[100:]) < np.log(rate))
        assert abs(share - rate) < 3 * np.sqrt(rate / 2900)


def test_a_constant_number_of_an_image_tells_nothing_until_it_changes():
    before, batch = draw(200, 3, 0), draw(40, 3, 1)
    before[:, 1] = batch[:, 1] = 5.0
    same = log_p(batch, moments(before))
    assert np.log(1e-4) < same <= 0
    batch[:, 1] = 5.1
    assert log_p(batch, moments(before)) == -700.0


def test_few_images_before_it_say_nothing():
    batch = draw(40, 4, 1, 50.0)
    assert log_p(batch, moments(draw(31, 4, 0))) == 0.0
    assert log_p(batch, moments(draw(32, 4, 0))) < -20


def test_pooled_moments_are_those_of_both():
    first, second = draw(100, 3, 0), draw(30, 3, 1, 2.0)
    most = tf.constant(1e6, tf.float64)
    count, mean, covariance, kurtosis = pooled(moments(first, 1.3), moments(second, 2.6), most)
    both = np.concatenate([first, second])
    assert float(count) == 130
    np.testing.assert_allclose(mean, both.mean(axis=0), rtol=1e-10)
    np.testing.assert_allclose(covariance, np.cov(both, rowvar=False), rtol=1e-10)
    assert float(kurtosis) == pytest.approx(1.6)


def test_older_images_are_forgotten_little_by_little():
    most = tf.constant(400.0, tf.float64)
    found = Moments(*(tf.zeros(shape, tf.float64) for shape in ((), (1,), (1, 1), ())))
    for step in range(60):
        shift = 0.0 if step < 40 else 10.0
        found = pooled(found, moments(draw(40, 1, step) * 0 + shift), most)
    assert float(found.count) == 400
    # 20 batches that each have a tenth of the whole: 1 - 0.9^20 of it.
    assert float(found.mean[0]) == pytest.approx(10 * (1 - 0.9**20), rel=1e-9)


def test_the_distance_is_in_standard_deviations_whatever_the_units():
    rng, units = np.random.default_rng(0), np.array([1e-4, 1.0, 1e5])
    first, second = rng.normal(size=(2, 20_000, 3))
    second[:, 1] += 1.5
    for by in (1.0, units):
        found = squared_distance(moments(first * by), moments(second * by))
        assert found == pytest.approx(1.5**2, rel=0.03)
    assert squared_distance(moments(first), moments(first)) == 0.0
