import hashlib

import numpy as np
import pytest
from data_helpers import small_arrays, small_spec
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_lifelong_vae.data.spec import checksums_of, example_order, in_order, verify


def test_checksums_are_those_of_the_bytes_in_c_order():
    arrays = small_arrays()
    checksums = checksums_of(arrays)
    images = bytes(int(v) for v in arrays.train_images.ravel())
    labels = b"".join(int(v).to_bytes(8, "little") for v in arrays.test_labels)
    assert checksums[0] == hashlib.sha256(images).hexdigest()
    assert checksums[3] == hashlib.sha256(labels).hexdigest()


def test_order_is_that_of_the_hashes_of_label_and_pixels():
    images = np.array([[0], [1], [2]], np.uint8)
    labels = np.array([2, 1, 0])
    hashes = [
        hashlib.sha256(label.to_bytes(8, "little") + bytes([pixel])).digest()
        for pixel, label in ((0, 2), (1, 1), (2, 0))
    ]
    expected = sorted(range(3), key=lambda index: hashes[index])
    np.testing.assert_array_equal(example_order(images, labels), expected)


@given(st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_any_shuffling_gives_the_same_arrays(random):
    arrays = small_arrays()
    order = list(range(30))
    random.shuffle(order)
    shuffled = arrays._replace(
        train_images=arrays.train_images[order], train_labels=arrays.train_labels[order]
    )
    for array, expected in zip(in_order(shuffled), in_order(arrays), strict=True):
        np.testing.assert_array_equal(array, expected)


def test_labels_stay_with_their_images():
    arrays = small_arrays()
    pairs = {(i.tobytes(), int(n)) for i, n in zip(arrays[0], arrays[1], strict=True)}
    ordered = in_order(arrays)
    assert pairs == {(i.tobytes(), int(n)) for i, n in zip(ordered[0], ordered[1], strict=True)}


@pytest.mark.parametrize("field", small_arrays()._fields)
def test_one_altered_value_is_found(field):
    arrays = small_arrays()
    spec = small_spec()
    verify(in_order(arrays), spec, "here")
    altered = getattr(arrays, field).copy()
    altered.flat[5] = (altered.flat[5] + 1) % 10
    with pytest.raises(ValueError, match=r"here: .* must have the SHA-256"):
        verify(in_order(arrays._replace(**{field: altered})), spec, "here")


def test_a_missing_example_is_found():
    arrays = small_arrays()
    short = arrays._replace(
        test_images=arrays.test_images[:-1], test_labels=arrays.test_labels[:-1]
    )
    with pytest.raises(ValueError, match=r"`test_images`.*11 examples"):
        verify(in_order(short), small_spec(), "here")


def test_another_image_shape_is_found():
    arrays = small_arrays()
    other = arrays._replace(train_images=arrays.train_images.reshape(30, 14, 56, 1))
    with pytest.raises(ValueError, match=r"must have shape \('n', 28, 28, 1\), received \(30, 14"):
        verify(other, small_spec(), "here")
