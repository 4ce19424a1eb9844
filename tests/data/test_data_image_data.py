import dataclasses

import numpy as np
import pytest
from data_helpers import small_arrays, small_spec

from keras_lifelong_vae.data.image_data import ImageData, image_data
from keras_lifelong_vae.data.loading import load


def test_arrays_are_read_only():
    arrays = small_arrays()
    data = image_data(small_spec(), arrays, "here")
    for field in arrays._fields:
        with pytest.raises(ValueError, match="read-only"):
            getattr(data, field)[0] = 0
    arrays.train_labels[0] = 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.name = "other"


def test_sizes():
    data = image_data(small_spec(), small_arrays(), "here")
    assert data.image_shape == (28, 28, 1)
    assert data.num_classes == 10


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("train_images", np.zeros((30, 28, 28, 1), np.float32), "uint8 array .* float32"),
        ("train_images", np.zeros((30, 28, 28), np.uint8), "uint8 array"),
        ("test_images", np.zeros((12, 8, 8, 1), np.uint8), r"`test_images`.*\(12, 8, 8, 1\)"),
        ("test_labels", np.zeros(11, np.int64), r"`test_labels`.*\(11,\)"),
        ("test_labels", np.zeros(12, np.int32), "int32"),
        ("train_labels", np.full(30, 10), r"in \[0, 10\), received values from 10 to 10"),
    ],
)
def test_what_does_not_fit_is_an_error(field, value, message):
    arrays = small_arrays()._replace(**{field: value})
    with pytest.raises(ValueError, match=message):
        ImageData("small", *arrays, class_names=tuple("0123456789"), source="here")


def test_a_few_images_are_a_smaller_data_set():
    whole = load("digits")
    few = whole.few(20, 10)
    for split, number in (("train", 20), ("test", 10)):
        rows = [i * len(getattr(whole, f"{split}_labels")) // number for i in range(number)]
        for part in ("images", "labels"):
            field = f"{split}_{part}"
            np.testing.assert_array_equal(getattr(few, field), getattr(whole, field)[rows])
    assert (few.name, few.source, few.class_names) == ("digits", whole.source, whole.class_names)


def test_as_few_as_there_are_is_all():
    whole = load("digits")
    np.testing.assert_array_equal(whole.few(1437, 360).train_images, whole.train_images)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ((2000, 10), "`num_train` must be at most 1437, received 2000"),
        ((10, 361), "`num_test` must be at most 360, received 361"),
        ((0, 10), "`num_train` must be an integer of at least 1, received 0"),
    ],
)
def test_there_must_be_as_many(numbers, message):
    with pytest.raises(ValueError, match=message):
        load("digits").few(*numbers)
