import mmap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tasks_helpers import few_examples, pixels, small_data

from keras_lifelong_vae import tasks
from keras_lifelong_vae.data import ImageData

STATM = Path("/proc/self/statm")
NUM_PIXELS = 3 * 2 * 3


def pixel_order(task):
    """Returns where each pixel of the task's images comes from, found by looking at them."""
    original = small_data().test_images.reshape(-1, NUM_PIXELS) / np.float32(255)
    moved = pixels(task.test).reshape(-1, NUM_PIXELS)
    columns = {tuple(column): i for i, column in enumerate(original.T)}
    return [columns[tuple(column)] for column in moved.T]


def resident_bytes():
    return int(STATM.read_text().split()[1]) * mmap.PAGESIZE


def rows(images, order=range(NUM_PIXELS)):
    """Returns the set of images after undoing a pixel order."""
    flat = images.reshape(-1, NUM_PIXELS)
    return {tuple(image[np.argsort(order)].tolist()) for image in flat}


@given(seed=st.integers(0, 2**40))
@few_examples
def test_pixels_are_permuted(seed):
    sequence = tasks.permuted(small_data(), num_tasks=3, seed=seed)
    orders = [pixel_order(task) for task in sequence]
    assert orders[0] == list(range(NUM_PIXELS))
    assert [sorted(order) for order in orders] == [orders[0]] * 3
    assert orders[1] != orders[0] != orders[2] != orders[1]


def test_permutation_is_the_same_in_all_splits():
    images = small_data()
    train_rows = rows(images.train_images / np.float32(255))
    for task in tasks.permuted(images, num_tasks=3, batch_size=1, validation_share=0.2):
        order = pixel_order(task)
        seen = rows(pixels(task.train), order) | rows(pixels(task.validation), order)
        assert seen == train_rows
        assert task.num_train + task.num_validation == len(train_rows)


def test_names_and_shapes():
    sequence = tasks.permuted("digits", num_tasks=3, batch_size=64)
    assert sequence.names == ("original", "permutation 1", "permutation 2")
    assert {task.train.element_spec.shape for task in sequence} == {(64, 8, 8, 1)}


def test_first_task_permuted_too():
    sequence = tasks.permuted(small_data(), num_tasks=2, identity_first=False)
    assert sequence.names == ("permutation 0", "permutation 1")
    assert pixel_order(sequence[0]) != list(range(NUM_PIXELS))
    assert pixel_order(sequence[1]) == pixel_order(tasks.permuted(small_data(), num_tasks=2)[1])


def test_permutations_do_not_depend_on_the_number_of_tasks():
    few, many = tasks.permuted(small_data(), 2), tasks.permuted(small_data(), 4)
    assert pixel_order(few[1]) == pixel_order(many[1])


def test_seed_decides():
    one, same, other = (tasks.permuted(small_data(), 2, seed=seed)[1] for seed in (0, 0, 1))
    assert pixel_order(one) == pixel_order(same) != pixel_order(other)
    np.testing.assert_array_equal(pixels(one.train), pixels(same.train))


def test_tasks_choose_their_own_validation_images():
    sequence = tasks.permuted(small_data(), 2, validation_share=0.2, identity_first=False)
    chosen = [rows(pixels(task.validation), pixel_order(task)) for task in sequence]
    assert chosen[0] != chosen[1]


def test_tasks_share_one_copy_of_the_images():
    sequence = tasks.permuted(small_data(), num_tasks=4)
    tensors = {id(task.train_split.images) for task in sequence}
    tensors |= {id(task.validation_split.images) for task in sequence}
    assert len(tensors) == 1
    assert len({id(task.test_split.images) for task in sequence}) == 1


@pytest.mark.skipif(not STATM.exists(), reason="needs Linux to tell the memory of a process")
def test_streaming_does_not_copy_the_images_for_every_task():
    images = np.zeros((4000, 64, 64, 1), np.uint8)  # 16 MB
    labels = np.zeros(4000, np.int64)
    large = ImageData("large", images, labels, images[:1], labels[:1], ("a",), "made up")
    sequence = tasks.permuted(large, num_tasks=20)
    before = resident_bytes()
    for stream in (sequence.stream(1), sequence.binarized().stream(1)):
        next(iter(stream))
        assert resident_bytes() - before < 4 * images.nbytes


@pytest.mark.parametrize("num_tasks", [0, -1, 2.0, True, "3"])
def test_num_tasks_is_a_positive_integer(num_tasks):
    with pytest.raises(ValueError, match="`num_tasks` must be an integer of at least 1, received"):
        tasks.permuted(small_data(), num_tasks)


def test_unknown_name():
    with pytest.raises(ValueError, match="no_such_data"):
        tasks.permuted("no_such_data")


def test_something_else_than_data():
    with pytest.raises(TypeError, match="`data` must be the name of a data set or an `ImageData`"):
        tasks.permuted(np.zeros((3, 2, 2, 1)))
    with pytest.raises(ValueError, match="`data_dir` is where to look"):
        tasks.permuted(small_data(), data_dir="somewhere")
