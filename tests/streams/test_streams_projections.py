"""The numbers of an image that training does not change."""

import numpy as np
import pytest

from keras_lifelong_vae.streams import Projections


def test_they_are_the_same_numbers_for_ever():
    project = Projections((28, 28, 1))
    image = np.linspace(0, 1, 784, dtype="float32").reshape(1, 28, 28, 1)
    found = project(image).numpy()
    assert found.shape == (1, 32)
    expected = [-0.15797, -0.08594, 0.29621, 0.1227]
    np.testing.assert_allclose(found[0, :4], expected, atol=1e-5)


def test_they_are_linear_and_keep_lengths_about():
    rng, project = np.random.default_rng(0), Projections((16, 16, 3))
    first, second = rng.normal(size=(2, 200, 16, 16, 3)).astype("float32")
    np.testing.assert_allclose(project(first - second), project(first) - project(second), atol=1e-5)
    lengths = np.square(project(first)).mean(axis=1) / np.square(first).mean(axis=(1, 2, 3))
    assert lengths.mean() == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("shape", [(3,), (4, 4, 2)])
def test_of_a_small_event_they_are_all_its_values(shape):
    rows = np.random.default_rng(0).normal(size=(5, *shape)).astype("float32")
    found = Projections(shape)(rows).numpy()
    np.testing.assert_allclose(found * np.sqrt(rows[0].size), rows.reshape(5, -1), rtol=1e-6)
