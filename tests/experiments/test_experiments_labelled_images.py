import numpy as np
import pytest

from keras_lifelong_vae import tasks
from keras_lifelong_vae.experiments.labelled_images import collect


def sequence():
    images = np.arange(24, dtype="float32").reshape(24, 1, 1, 1) / 32
    labels = np.array([3, 3, 5, 5, 7, 7] * 4)
    return tasks.split_by_class(
        (images, labels), validation_share=0.0, classes=[7, (3, 5)], test=(images, labels)
    )


def test_classes_are_counted_task_by_task():
    found = collect(sequence(), "test")
    np.testing.assert_array_equal(found.tasks, [0] * 8 + [1] * 16)
    np.testing.assert_array_equal(found.task_of_class, [0, 1, 1])
    np.testing.assert_array_equal(found.classes[:8], [0] * 8)
    numbers = np.rint(found.images.ravel() * 32).astype(int) % 6
    np.testing.assert_array_equal(found.classes, np.array([1, 1, 2, 2, 0, 0])[numbers])


def test_a_limit_takes_as_many_of_each_task():
    found = collect(sequence(), "test", limit=9)
    assert np.bincount(found.tasks).tolist() == [4, 4]


def test_the_first_tasks_keep_their_classes():
    found = collect(sequence(), "train").of_tasks(1)
    assert len(found.images) == 8
    assert found.num_tasks == 2
    assert set(found.classes) == {0}


def test_the_digit_of_one_permutation_is_not_that_of_another():
    found = collect(tasks.permuted("digits", num_tasks=2), "test", limit=200)
    assert len(found.task_of_class) == 20
    np.testing.assert_array_equal(found.classes[:100] + 10, found.classes[100:])


def test_tasks_without_labels_have_one_class_each():
    arrays = {name: {"train": np.zeros((3, 1, 1, 1), "float32")} for name in "ab"}
    found = collect(tasks.from_arrays(arrays, validation_share=0.0), "train")
    np.testing.assert_array_equal(found.classes, [0, 0, 0, 1, 1, 1])


@pytest.mark.parametrize(
    "change",
    [
        lambda sequence: sequence,
        lambda sequence: sequence.binarized(),
        lambda sequence: tasks.TaskSequence((tasks.union(sequence, "both"),)),
    ],
)
def test_training_images_keep_their_labels_though_training_shuffles_them(change):
    labels = np.random.default_rng(0).integers(6, size=101)
    images = np.eye(6, dtype="float32")[labels].reshape(-1, 6, 1, 1)  # an image shows its label
    sequence = tasks.split_by_class(
        (images, labels), batch_size=16, classes=[(0, 1, 2), (3, 4, 5)], test=(images, labels)
    )
    for use in ("train", "test"):
        found = collect(change(sequence), use)
        np.testing.assert_array_equal(found.images.reshape(-1, 6).argmax(axis=1), found.classes)
    assert len(collect(change(sequence), "train").images) == sum(
        task.num_train for task in sequence
    )
