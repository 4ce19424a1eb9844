"""scikit-learn's handwritten digits: 1,797 real 8x8 images that need neither network nor disk."""

import numpy as np

from keras_lifelong_vae.data.image_data import ImageData, image_data
from keras_lifelong_vae.data.spec import Arrays, DataSpec, example_order, verify

_TEST_IMAGES_PER_CLASS = 36

DIGITS = DataSpec(
    name="digits",
    image_shape=(8, 8, 1),
    class_names=tuple("0123456789"),
    checksums=(
        "98f7ff4e678af4ef952b3e45d73c9b719cc5f6c94d6e8f1cfbbeec84b0d188e6",
        "4e0c4867d36ce387755e2f0a174d2d5bfa3c6b5e8d08bb07c8f52f3b1025b3a9",
        "9a845a3e683099a90ab1d26818313621e3fc7f5c4280630652311285a351da61",
        "0fe70a2245b0444410c303eecffb3de1cf6f696eaaa9bb02f9c6d5004fb829ca",
    ),
)


def load_digits() -> ImageData:
    """1,437 training and 360 test images: the first 36 of each class in the order of SHA-256."""
    from sklearn import datasets

    bunch = datasets.load_digits()
    images = np.rint(bunch.images * 255 / 16).astype(np.uint8)[..., np.newaxis]
    labels = bunch.target.astype(np.int64)
    order = example_order(images, labels)
    images, labels = images[order], labels[order]
    is_test = np.zeros(len(labels), bool)
    for label in range(10):
        is_test[np.flatnonzero(labels == label)[:_TEST_IMAGES_PER_CLASS]] = True
    arrays = Arrays(images[~is_test], labels[~is_test], images[is_test], labels[is_test])
    source = "scikit-learn's load_digits"
    verify(arrays, DIGITS, source)
    return image_data(DIGITS, arrays, source)
