import hashlib

import numpy as np
import pytest
from sklearn import datasets

from keras_lifelong_vae import data


def test_golden_counts_and_checksums():
    digits = data.load("digits")
    assert digits.train_images.shape == (1437, 8, 8, 1)
    assert digits.test_images.shape == (360, 8, 8, 1)
    np.testing.assert_array_equal(np.bincount(digits.test_labels), [36] * 10)
    np.testing.assert_array_equal(
        np.bincount(digits.train_labels), [142, 146, 141, 147, 145, 146, 145, 143, 138, 144]
    )
    digest = hashlib.sha256(digits.train_images.tobytes()).hexdigest()
    assert digest == "98f7ff4e678af4ef952b3e45d73c9b719cc5f6c94d6e8f1cfbbeec84b0d188e6"


def test_every_digit_of_scikit_learn_is_there_once():
    digits = data.load("digits")
    bunch = datasets.load_digits()
    images = np.concatenate([digits.train_images, digits.test_images])[..., 0]
    labels = np.concatenate([digits.train_labels, digits.test_labels])
    ours = sorted((image.tobytes(), int(n)) for image, n in zip(images, labels, strict=True))
    scaled = np.floor(bunch.images * 255 / 16 + 0.5).astype(np.uint8)
    theirs = sorted((i.tobytes(), int(n)) for i, n in zip(scaled, bunch.target, strict=True))
    assert ours == theirs


def test_values_span_the_bytes():
    images = data.load("digits").train_images
    assert images.dtype == np.uint8
    assert sorted(np.unique(images)) == [
        *(0, 16, 32, 48, 64, 80, 96, 112, 128, 143, 159, 175, 191, 207, 223, 239, 255)
    ]


def test_training_and_test_images_are_mixed_classes():
    digits = data.load("digits")
    assert len(np.unique(digits.train_labels[:100])) == 10
    assert len(np.unique(digits.test_labels[:100])) == 10


def test_needs_no_directory():
    assert data.location("digits") is None
    assert "scikit-learn" in data.load("digits", data_dir="/nowhere/at/all").source


def test_source_dir_makes_no_sense(tmp_path):
    with pytest.raises(ValueError, match=r"`source_dir` must be None for 'digits'.*received"):
        data.load("digits", source_dir=tmp_path)
