import dataclasses

import numpy as np
import pytest
from tasks_helpers import numbered, pixels, small_data

from keras_lifelong_vae import data, tasks


def ids(dataset):
    """Returns the numbers that `small_data` wrote into the first pixel."""
    return np.rint(pixels(dataset)[:, 0, 0, 0] * 255).astype(int).tolist()


def all_train_ids(task):
    return sorted(ids(task.train) + (ids(task.validation) if task.validation else []))


def pair(size=12, num_classes=3):
    return numbered(size), np.arange(size) % num_classes


def test_one_task_per_class_named_after_it():
    sequence = tasks.split_by_class(small_data(), batch_size=1)
    assert sequence.names == ("ant", "bee", "cat")
    assert sequence.event_shape == (3, 2, 3)
    for label, task in enumerate(sequence):
        assert all_train_ids(task) == list(range(label, 60, 3))
        assert ids(task.test) == list(range(60 + label, 72, 3))
        assert (task.num_train, task.num_validation, task.num_test) == (19, 1, 4)


def test_images_are_divided_by_255():
    images = small_data()
    task = tasks.split_by_class(images)[1]
    expected = images.test_images[images.test_labels == 1].astype(np.float32) / 255
    np.testing.assert_array_equal(pixels(task.test), expected)


def test_digits_by_name_and_as_image_data():
    digits = data.load("digits")
    by_name, as_data = tasks.split_by_class("digits"), tasks.split_by_class(digits)
    assert by_name.names == as_data.names == digits.class_names
    assert sum(task.num_train + task.num_validation for task in by_name) == len(digits.train_images)
    assert sum(task.num_test for task in by_name) == len(digits.test_images)
    np.testing.assert_array_equal(pixels(by_name[4].train), pixels(as_data[4].train))
    test_images = digits.test_images[digits.test_labels == 4].astype(np.float32) / 255
    np.testing.assert_array_equal(pixels(by_name[4].test), test_images)


def test_classes_in_the_order_asked_for_and_in_groups():
    sequence = tasks.split_by_class(small_data(num_classes=4), batch_size=1, classes=[3, (2, 0)])
    assert sequence.names == ("dog", "cat + ant")
    assert all_train_ids(sequence[0]) == list(range(3, 80, 4))
    assert all_train_ids(sequence[1]) == list(range(0, 80, 2))
    assert ids(sequence[1].test) == list(range(80, 96, 2))


def test_a_class_is_the_same_task_in_any_company():
    whole, alone = (
        tasks.split_by_class(small_data()),
        tasks.split_by_class(small_data(), classes=[1]),
    )
    assert ids(whole[1].train) == ids(alone[0].train)
    assert ids(whole[1].validation) == ids(alone[0].validation)


def test_seed_decides():
    def seen(seed):
        task = tasks.split_by_class(small_data(), 4, 0.25, seed)[0]
        return ids(task.train), ids(task.validation)

    assert seen(0) == seen(0)
    assert seen(0)[0] != seen(1)[0]
    assert seen(0)[1] != seen(1)[1]


def test_own_arrays():
    sequence = tasks.split_by_class(pair(), 1, 0.0, test=(numbered(6, 100), [0, 0, 1, 1, 2, 2]))
    assert sequence.names == ("0", "1", "2")
    np.testing.assert_array_equal(np.sort(pixels(sequence[2].train), 0), numbered(12)[2::3])
    np.testing.assert_array_equal(pixels(sequence[2].test), numbered(2, 104))


def test_own_arrays_without_test():
    sequence = tasks.split_by_class(pair(), validation_share=0.5)
    assert [task.test for task in sequence] == [None] * 3
    assert [(task.num_train, task.num_validation) for task in sequence] == [(2, 2)] * 3


def test_own_labels_need_not_start_at_zero():
    assert tasks.split_by_class((numbered(6), [7, 9, 7, 9, 40, 40])).names == ("7", "9", "40")


def test_later_edits_do_not_reach_the_tasks():
    images, labels = pair()
    own = small_data()
    writeable = own.train_images.copy()
    lent = dataclasses.replace(own, train_images=writeable)
    mine, theirs = (
        tasks.split_by_class((images, labels), 1, 0.0),
        tasks.split_by_class(lent, 1, 0.0),
    )
    images[:], labels[:], writeable[:] = 1.0, 0, 255
    np.testing.assert_array_equal(np.sort(pixels(mine[1].train), 0), numbered(12)[1::3])
    assert sorted(ids(theirs[1].train)) == list(range(1, 60, 3))


def without(images, label, use):
    labels = getattr(images, f"{use}_labels")
    keep = labels != label
    changes = {
        f"{use}_images": getattr(images, f"{use}_images")[keep],
        f"{use}_labels": labels[keep],
    }
    return dataclasses.replace(images, **changes)


@pytest.mark.parametrize(("use", "words"), [("train", "training"), ("test", "test")])
@pytest.mark.parametrize("classes", [None, [1], [0, (2, 1)]])
def test_absent_class(use, words, classes):
    lacking = without(small_data(), 1, use)
    with pytest.raises(
        ValueError, match=rf"classes with {words} images, received 'bee'; .*\['ant', 'cat'\]"
    ):
        tasks.split_by_class(lacking, classes=classes)


def test_unknown_class():
    with pytest.raises(
        ValueError, match="`classes` must name classes with training images, received 5"
    ):
        tasks.split_by_class(small_data(), classes=[0, 5])


@pytest.mark.parametrize("classes", [[0, 1, 0], [(0, 1), 1], [(2, 2)]])
def test_class_named_twice(classes):
    with pytest.raises(
        ValueError, match=r"`classes` must name each class once, received '\w+' again"
    ):
        tasks.split_by_class(small_data(), classes=classes)


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ([], "`tasks` must hold at least one task"),
        ([()], r"`classes\[0\]` must name at least one class, received \(\)"),
        ([0, "dog"], r"`classes\[1\]` must be one of ant, bee, cat, received 'dog'"),
        ([True], r"`classes\[0\]` must be an integer of at least 0, received True"),
        ([(0, 1.0)], r"`classes\[0\]\[1\]` must be an integer of at least 0, received 1.0"),
        ([-1], r"`classes\[0\]` must be an integer of at least 0, received -1"),
    ],
)
def test_bad_classes(classes, message):
    with pytest.raises(ValueError, match=message):
        tasks.split_by_class(small_data(), classes=classes)


@pytest.mark.parametrize("classes", [3, "012"])
def test_classes_is_a_sequence_of_labels(classes):
    with pytest.raises(TypeError, match="`classes` must be a sequence of labels, received"):
        tasks.split_by_class(small_data(), classes=classes)


def test_unknown_name():
    with pytest.raises(ValueError, match="no_such_data"):
        tasks.split_by_class("no_such_data")


@pytest.mark.parametrize("labels", [np.zeros(11, int), np.zeros(13, int), np.zeros((12, 1), int)])
def test_labels_of_another_length(labels):
    message = (
        r"`data\[1\]` must hold one label for each of 12 images, shape \(12,\), received shape"
    )
    with pytest.raises(ValueError, match=message):
        tasks.split_by_class((numbered(12), labels))
    with pytest.raises(ValueError, match=message.replace("data", "test")):
        tasks.split_by_class(pair(), test=(numbered(12), labels))


@pytest.mark.parametrize("labels", [np.zeros(12), np.zeros(12, bool), [None] * 12])
def test_labels_of_another_type(labels):
    with pytest.raises(TypeError, match=r"`data\[1\]` must hold integer labels or strings"):
        tasks.split_by_class((numbered(12), labels))


def test_negative_labels():
    with pytest.raises(ValueError, match="an integer of at least 0, received -1"):
        tasks.split_by_class((numbered(2), [-1, 1]))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("use", ["data", "test"])
def test_bad_values(use, value):
    images, labels = pair()
    images[11, 1, 1, 0] = value
    bad = {"data": pair(), "test": pair()} | {use: (images, labels)}
    with pytest.raises(ValueError, match=rf"`{use}\[0\]` must be finite, received"):
        tasks.split_by_class(**bad)


def test_any_finite_values():
    readings = np.random.default_rng(0).normal(1000, 50, (6, 12)).astype("float32")
    task = tasks.split_by_class((readings, [0, 1] * 3), 1, 0.0)[1]
    np.testing.assert_array_equal(np.sort(pixels(task.train), 0), np.sort(readings[1::2], 0))
    assert task.train_split.value_range == (readings.min(), readings.max())


def test_integer_images():
    with pytest.raises(TypeError, match=r"`data\[0\]` must hold floating-point .* / 255"):
        tasks.split_by_class((np.zeros((3, 2, 2, 1), np.int32), [0, 1, 2]))


def test_bytes_are_divided_by_255():
    images = np.arange(240, dtype=np.uint8).reshape(12, 2, 2, 5)
    task = tasks.split_by_class((images, [0, 1] * 6), test=(images, [0, 1] * 6))[1]
    np.testing.assert_array_equal(pixels(task.test), images[1::2].astype(np.float32) / 255)


@pytest.mark.parametrize("kind", [np.array, list, lambda labels: np.array(labels, object)])
def test_labels_that_are_strings(kind):
    labels, test_labels = kind(["owl", "ape", "owl"] * 4), kind(["yak", "owl", "ape"] * 2)
    mine = (numbered(12), labels), (numbered(6, 100), test_labels)
    sequence = tasks.split_by_class(mine[0], validation_share=0.0, classes=["owl", ("ape",)])
    assert sequence.names == ("owl", "ape")
    np.testing.assert_array_equal(np.sort(pixels(sequence[1].train), 0), numbered(12)[1::3])
    sequence = tasks.split_by_class(mine[0], test=mine[1], classes=["owl"])
    np.testing.assert_array_equal(pixels(sequence[0].test), numbered(6, 100)[1::3])
    with pytest.raises(ValueError, match=r"training images, received 'yak'; .*\['ape', 'owl'\]"):
        tasks.split_by_class(mine[0], test=mine[1])
    with pytest.raises(TypeError, match=r"`test\[1\]` must hold labels like those of `data\[1\]`"):
        tasks.split_by_class(mine[0], test=(numbered(2), [0, 1]))


def test_classes_by_name():
    sequence = tasks.split_by_class(small_data(), classes=["cat", ("bee", 0)])
    assert sequence.names == ("cat", "bee + ant")


def test_test_images_of_another_shape():
    other = numbered(3, shape=(3, 3, 1)), [0, 1, 2]
    with pytest.raises(ValueError, match=r"`test\[0\]` must have shape \(batch_size, 2, 2, 1\)"):
        tasks.split_by_class(pair(), test=other)


@pytest.mark.parametrize("wrong", [numbered(3), (numbered(3),), 5])
def test_something_else_than_a_pair(wrong):
    with pytest.raises(TypeError, match=r"`data` must be .*\(images, labels\), received a"):
        tasks.split_by_class(wrong)


def test_arguments_that_do_not_go_together():
    with pytest.raises(ValueError, match="`test` goes with `data` that is a pair"):
        tasks.split_by_class("digits", test=pair())
    with pytest.raises(
        ValueError, match="`data_dir` is where to look for a data set that `data` names"
    ):
        tasks.split_by_class(small_data(), data_dir="somewhere")
    with pytest.raises(
        ValueError, match="`data_dir` is where to look for a data set that `data` names"
    ):
        tasks.split_by_class(pair(), data_dir="somewhere")
