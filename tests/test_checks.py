"""The errors that name the argument, the rule and the value."""

import re

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from keras_lifelong_vae import checks


@given(arrays("float32", (3, 4), elements=st.floats(-3, 7, width=32)))
def test_images_in_range_pass_unchanged(images):
    for bounds in ({}, {"low": -3.0, "high": 7.0}, {"low": -3.0}):
        np.testing.assert_array_equal(checks.check_images(images, "x", **bounds), images)


@given(st.floats(1.001, 1e30) | st.floats(-1e30, -0.001) | st.sampled_from([np.nan, np.inf]))
def test_one_bad_pixel_is_found_wherever_it_is(value):
    images = np.full((3, 4), 0.5)
    images[2, 1] = value
    with pytest.raises(ValueError, match="`mine` must"):
        checks.check_images(images, "mine", low=0.0, high=1.0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e39])
def test_values_are_finite_in_float32_whatever_the_support(value):
    with pytest.raises(ValueError, match="`mine` must be finite, received NaN or infinite values"):
        checks.check_images(np.array([[0.5, value]]), "mine")


@pytest.mark.parametrize(
    ("value_range", "bounds", "advice"),
    [
        ((0.0, 255.0), (0.0, 1.0), "Divide 0-255 images by 255, or choose a likelihood"),
        ((0.0, 1.5), (0.0, 1.0), "Divide 0-255 images by 255, or choose a likelihood"),
        ((-0.1, 1.0), (0.0, 1.0), "Choose a likelihood"),
        ((0.0, 1000.0), (0.0, 1.0), "Choose a likelihood"),
        ((0.0, 255.0), (0.0, 100.0), "Choose a likelihood"),
        ((-1.0, 255.0), (0.0, np.inf), "Choose a likelihood"),
    ],
)
def test_values_outside_the_support_name_it_and_the_way_out(value_range, bounds, advice):
    low, high = value_range
    message = (
        f"`mine` must lie in [{bounds[0]:g}, {bounds[1]:g}], the support of Bernoulli, received "
        f"values from {low:g} to {high:g}. {advice} with another support, such as "
        'Gaussian(support="real").'
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        checks.check_range(value_range, "mine", *bounds, "Bernoulli")
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        checks.check_values(np.array(value_range), "mine", *bounds, "Bernoulli")
    assert checks.check_range(value_range, "mine", low, high) is None
    assert checks.check_values(np.array(value_range), "mine") == pytest.approx(value_range)


def test_only_the_very_dataset_has_a_known_range():
    dataset = tf.data.Dataset.range(3)
    assert checks.known_value_range(dataset) is None
    assert checks.note_value_range(dataset, -1.0, 2.0) is dataset
    assert checks.known_value_range(dataset) == (-1.0, 2.0)
    for other in (dataset.map(lambda x: x), dataset.take(2), tf.data.Dataset.range(3)):
        assert checks.known_value_range(other) is None


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (checks.check_positive_int, [1, np.int64(7)], [0, -1, 1.0, True, "1", None]),
        (checks.check_natural, [0, np.int64(7), 2**70], [-1, 0.0, True, "0", None]),
        (
            checks.check_non_negative,
            [0, 0.5, 3, np.float32(2)],
            [-0.1, float("nan"), float("inf"), True, "0"],
        ),
        (checks.check_share, [0, 0.999], [1, 1.0, -0.1, float("nan"), True, None]),
    ],
)
def test_numbers(check, good, bad):
    for value in good:
        assert check(value, "mine") == value
    for value in bad:
        with pytest.raises(ValueError, match=r"`mine` must be .* received"):
            check(value, "mine")


def test_choices():
    assert checks.check_choice("a", "mine", ("a", "b")) == "a"
    assert checks.check_choices(["b", "a"], "mine", ("a", "b")) == ("b", "a")
    with pytest.raises(ValueError, match="`mine` must be one of a, b, received 'c'"):
        checks.check_choices(["c"], "mine", ("a", "b"))
    with pytest.raises(ValueError, match="received the string 'ab'"):
        checks.check_choices("ab", "mine", ("a", "b"))
