import dataclasses

import numpy as np
import pytest
from data_helpers import small_arrays, small_spec

from keras_lifelong_vae.data.image_data import ImageData, image_data


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
