"""The errors that name the argument, the rule and the value."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from keras_lifelong_vae import checks


@given(arrays("float32", (3, 4), elements=st.floats(0, 1, width=32)))
def test_images_in_range_pass_unchanged(images):
    np.testing.assert_array_equal(checks.check_images(images, "x"), images)


@given(st.floats(1.001, 1e30) | st.floats(-1e30, -0.001) | st.sampled_from([np.nan, np.inf]))
def test_one_bad_pixel_is_found_wherever_it_is(value):
    images = np.full((3, 4), 0.5)
    images[2, 1] = value
    with pytest.raises(ValueError, match="`mine` must"):
        checks.check_images(images, "mine")


def test_only_the_very_dataset_is_known_as_checked():
    dataset = tf.data.Dataset.range(3)
    assert not checks.is_checked(dataset)
    assert checks.mark_checked(dataset) is dataset
    assert checks.is_checked(dataset)
    assert not checks.is_checked(dataset.map(lambda x: x))


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (checks.check_positive_int, [1, np.int64(7)], [0, -1, 1.0, True, "1", None]),
        (checks.check_non_negative, [0, 0.5, 3], [-0.1, float("nan"), float("inf"), True, "0"]),
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
