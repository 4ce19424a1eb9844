"""The judge of generated images, on real 8x8 digits."""

import numpy as np
import pytest

from keras_lifelong_vae import tasks
from keras_lifelong_vae.experiments.classifier import load_classifier, train_classifier
from keras_lifelong_vae.experiments.labelled_images import LabelledImages, collect


@pytest.fixture(scope="module")
def digits():
    sequence = tasks.split_by_class("digits")
    return collect(sequence, "train"), collect(sequence, "test")


@pytest.fixture(scope="module", params=["convolutional", "dense"])
def classifier(request, digits):
    return train_classifier(*digits, request.param, steps=300)


def test_it_tells_the_classes_apart(classifier, digits):
    test = digits[1]
    found = classifier.classes(test.images)
    assert classifier.accuracy == pytest.approx(np.mean(found == test.classes))
    assert classifier.accuracy > 0.9
    assert classifier.features(test.images).shape == (len(test.images), 128)


def test_the_floor_is_far_below_the_distance_of_other_images(classifier, digits):
    from keras_lifelong_vae.metrics import frechet_distance

    test = digits[1]
    mirrored = frechet_distance(
        classifier.features(test.images[:, :, ::-1]), classifier.features(test.images)
    )
    assert 0 < classifier.floor < 0.5 * mirrored


def test_what_is_saved_is_what_comes_back(classifier, digits, tmp_path):
    assert load_classifier(tmp_path) is None
    classifier.save(tmp_path)
    loaded = load_classifier(tmp_path)
    assert (loaded.accuracy, loaded.floor) == (classifier.accuracy, classifier.floor)
    images = digits[1].images[:20]
    np.testing.assert_allclose(loaded.features(images), classifier.features(images), rtol=1e-5)
    (tmp_path / "classifier.keras").unlink()  # as beside a report: a comparison trains it again
    assert load_classifier(tmp_path) is None


def test_the_same_seed_gives_the_same_classifier(digits):
    first, second = (train_classifier(*digits, "dense", seed=3, steps=200) for _ in range(2))
    images = digits[1].images[:20]
    np.testing.assert_array_equal(first.features(images), second.features(images))


def test_one_that_is_often_wrong_is_refused_and_why(digits):
    with pytest.raises(ValueError, match=r"at least 85%.*distances.*mean nothing, received \d+"):
        train_classifier(*digits, "dense", steps=1)


def test_too_few_test_images_for_a_covariance_are_refused(digits):
    train, test = digits
    few = LabelledImages(
        test.images[:128], test.classes[:128], test.tasks[:128], test.task_of_class
    )
    with pytest.raises(ValueError, match=r"more than 128 test images, .*received 128"):
        train_classifier(train, few, "dense")


def test_an_unknown_kind_lists_the_known_ones(digits):
    with pytest.raises(ValueError, match="`kind` must be one of convolutional, dense"):
        train_classifier(*digits, "quadratic")
