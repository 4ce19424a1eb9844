import numpy as np
import pytest
from tasks_helpers import pixels, small_data

from keras_lifelong_vae import data, tasks


def image_data(shape, size=6, name="made up"):
    rng = np.random.default_rng(size)
    images = rng.integers(0, 256, (size, *shape), dtype=np.uint8)
    labels = np.arange(size) % 2
    return data.ImageData(name, images, labels, images, labels, ("even", "odd"), "a test")


def test_small_grey_images_get_a_margin_and_three_equal_channels():
    grey, colour = image_data((2, 3, 1)), image_data((5, 6, 3))
    sequence = tasks.domains({"grey": grey, "colour": colour})
    assert sequence.names == ("grey", "colour")
    assert sequence.event_shape == (5, 6, 3)
    found = pixels(sequence[0].test)
    expected = np.zeros((6, 5, 6, 3), "float32")
    expected[:, 1:3, 1:4] = grey.test_images / np.float32(255)  # 3 rows to add: 1 above, 2 below
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    np.testing.assert_allclose(pixels(sequence[1].test), colour.test_images / 255.0, rtol=1e-6)


def test_a_larger_event_shape_may_be_asked_for():
    sequence = tasks.domains({"a": image_data((2, 2, 1))}, event_shape=(4, 6, 3))
    found = pixels(sequence[0].test)
    assert found.shape == (6, 4, 6, 3)
    assert not found[:, [0, 3]].any()
    assert not found[:, :, [0, 1, 4, 5]].any()


def test_images_stay_bytes_in_memory_and_labels_are_known():
    sequence = tasks.domains({"a": small_data(), "b": image_data((3, 2, 1))})
    for task in sequence:
        assert task.train_split.images.dtype == "uint8"
    np.testing.assert_array_equal(sequence[1].test_split.labels, [0, 1, 0, 1, 0, 1])


def test_training_images_are_shuffled_and_some_kept_for_validation():
    task = tasks.domains({"digits": "digits"}, batch_size=32, validation_share=0.1)[0]
    assert task.num_validation == pytest.approx(0.1 * (task.num_train + task.num_validation), abs=1)
    assert task.train.element_spec.shape == (32, 8, 8, 1)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"data": ["mnist"]}, TypeError, "`data` must map names to data sets"),
        ({"data": {}}, ValueError, "`data` must hold at least one data set"),
        ({"data": {"a": 3}}, TypeError, r"`data\['a'\]` must be the name of a data set"),
        ({"data": {"a": "cifar"}}, ValueError, "received 'cifar'"),
        (
            {"data": {"a": image_data((4, 4, 3))}, "event_shape": (4, 4, 1)},
            ValueError,
            r"`event_shape` must hold the images of 'a'.*\(4, 4, 3\), received \(4, 4, 1\)",
        ),
        (
            {"data": {"a": image_data((4, 4, 1))}, "event_shape": (8, 3, 1)},
            ValueError,
            r"received \(8, 3, 1\)",
        ),
        ({"data": {"a": image_data((4, 4, 1))}, "event_shape": (16,)}, ValueError, r"\(16,\)"),
    ],
)
def test_what_does_not_fit_is_named(given, error, message):
    with pytest.raises(error, match=message):
        tasks.domains(**given)
