"""The real data sets in TFDS's default directory; skipped only where no source has them."""

import numpy as np
import pytest
import tensorflow_datasets as tfds

from keras_lifelong_vae import data


def load_or_skip(name: str) -> data.ImageData:
    try:
        return data.load(name, allow_packages=True)
    except data.DataUnavailableError as error:
        pytest.skip(str(error))


def test_fashion_mnist():
    fashion = load_or_skip("fashion_mnist")
    assert fashion.train_images.shape == (60000, 28, 28, 1)
    assert fashion.test_images.shape == (10000, 28, 28, 1)
    np.testing.assert_array_equal(np.bincount(fashion.train_labels), [6000] * 10)
    np.testing.assert_array_equal(np.bincount(fashion.test_labels), [1000] * 10)
    assert fashion.train_images.mean() / 255 == pytest.approx(0.2860, abs=5e-5)
    assert fashion.train_images.std() / 255 == pytest.approx(0.3530, abs=5e-5)


def test_mnist():
    mnist = load_or_skip("mnist")
    assert mnist.train_images.shape == (60000, 28, 28, 1)
    np.testing.assert_array_equal(
        np.bincount(mnist.train_labels),
        [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    )
    np.testing.assert_array_equal(
        np.bincount(mnist.test_labels), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    )
    assert mnist.train_images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert mnist.train_images.std() / 255 == pytest.approx(0.3081, abs=5e-5)


@pytest.mark.parametrize("name", ["fashion_mnist", "mnist"])
def test_plain_tfds_load_reads_the_same_examples(name):
    ours = load_or_skip(name)
    index = {
        (image.tobytes(), int(label))
        for image, label in zip(ours.test_images, ours.test_labels, strict=True)
    }
    stored = tfds.as_numpy(tfds.load(name, split="test", download=False))
    theirs = {(example["image"].tobytes(), int(example["label"])) for example in stored}
    assert theirs == index


def test_class_names_are_those_of_tfds():
    for name in ("fashion_mnist", "mnist"):
        features = tfds.builder(name).info.features
        assert load_or_skip(name).class_names == tuple(features["label"].names)
