import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from tasks_helpers import SCALE, epoch, few_examples, flat, numbered, one_task, pixels, three_tasks

from keras_lifelong_vae import tasks
from keras_lifelong_vae.checks import known_value_range


def test_train_batches_are_full_float32_images_in_the_unit_interval():
    task = tasks.split_by_class("digits", batch_size=32)[0]
    batches = list(task.train)
    assert [x.shape for x in batches] == [(32, 8, 8, 1)] * 4
    assert {x.dtype for x in batches} == {tf.float32}
    low, high = min(x.numpy().min() for x in batches), max(x.numpy().max() for x in batches)
    assert low == 0.0
    assert 0.9 < high <= 1.0


def test_train_element_spec_is_static_with_a_full_batch():
    task = one_task(size=10, batch_size=4)
    assert task.train.element_spec == tf.TensorSpec((4, 2, 2, 1), tf.float32)
    assert task.steps_per_epoch == 2 == task.train.cardinality()


def test_a_task_smaller_than_a_batch_is_one_smaller_batch():
    task = one_task(size=3, batch_size=4)
    assert [sorted(batch) for batch in epoch(task.train)] == [[0, 1, 2]]
    assert task.steps_per_epoch == 1 == task.train.cardinality()


@given(batches=st.integers(1, 6), batch_size=st.integers(1, 7))
@few_examples
def test_every_image_appears_once_per_epoch_when_batches_fill_up(batches, batch_size):
    train = one_task(batches * batch_size, batch_size).train
    for _ in range(2):
        assert sorted(flat(epoch(train))) == list(range(batches * batch_size))


@given(size=st.integers(1, 40), batch_size=st.integers(1, 12))
@few_examples
def test_an_epoch_leaves_out_only_what_fills_no_batch(size, batch_size):
    task = one_task(size, batch_size)
    seen = epoch(task.train)
    assert (
        len(set(flat(seen)))
        == len(flat(seen))
        == max(size - size % batch_size, min(size, batch_size))
    )
    assert len(seen) == task.steps_per_epoch


def test_images_left_out_differ_between_epochs():
    train = one_task(size=11, batch_size=4).train
    left_out = {frozenset(range(11)) - frozenset(flat(epoch(train))) for _ in range(5)}
    assert len(left_out) > 1


def test_epochs_have_different_orders():
    train = one_task(size=24).train
    orders = {tuple(flat(epoch(train))) for _ in range(4)}
    assert len(orders) == 4


def test_a_new_access_starts_the_same_epochs_again():
    task = one_task(size=24)
    train = task.train
    first = [epoch(train) for _ in range(3)]
    next(iter(task.train))
    again = task.train
    assert [epoch(again) for _ in range(3)] == first


def test_orders_follow_from_the_seed():
    first, same, other = (one_task(size=24, seed=seed).train for seed in (3, 3, 4))
    first, same, other = ([epoch(train) for _ in range(2)] for train in (first, same, other))
    assert first == same
    assert first[0] != other[0]
    assert first[1] != other[1]


def test_the_global_seed_does_not_change_the_order():
    task = one_task(size=24)
    orders = []
    for global_seed in (1, 2):
        tf.random.set_seed(global_seed)
        train = task.train
        orders.append([epoch(train) for _ in range(2)])
    assert orders[0] == orders[1]


def test_tasks_are_shuffled_differently():
    same_images = tasks.from_arrays({"a": numbered(24), "b": numbered(24)}, 4, 0.0)
    assert epoch(same_images[0].train) != epoch(same_images[1].train)


def test_a_task_is_the_same_in_any_company():
    alone = tasks.from_arrays({"b": numbered(30)}, 4, 0.2)[0]
    second = tasks.from_arrays({"a": numbered(10), "b": numbered(30)}, 4, 0.2)[1]
    assert epoch(alone.train) == epoch(second.train)
    assert epoch(alone.validation) == epoch(second.validation)


def test_repeat_goes_through_the_epochs():
    task = one_task(size=24)
    train = task.train
    assert epoch(task.train.repeat(3)) == epoch(train) + epoch(train) + epoch(train)


def test_validation_and_test_are_whole_and_in_order():
    arrays = {"train": numbered(4), "validation": numbered(7, 10), "test": numbered(9, 50)}
    task = tasks.from_arrays({"a": arrays}, batch_size=4)[0]
    for _ in range(2):
        assert epoch(task.validation) == [[10, 11, 12, 13], [14, 15, 16]]
        assert epoch(task.test) == [[50, 51, 52, 53], [54, 55, 56, 57], [58]]
    assert task.validation.cardinality() == 2
    assert task.test.cardinality() == 3


def test_no_share_means_no_validation():
    task = one_task(size=8, share=0.0)
    assert task.validation is None
    assert task.test is None
    assert (task.num_train, task.num_validation, task.num_test) == (8, 0, 0)


def test_counts():
    task = three_tasks(share=0.25)[0]
    assert (task.num_train, task.num_validation, task.num_test) == (9, 3, 5)
    assert len(pixels(task.validation)) == 3
    assert len(pixels(task.test)) == 5


def test_every_dataset_knows_the_range_of_its_values():
    sequence = three_tasks(share=0.4)
    ranges = [(0.0, 11 / SCALE), (100 / SCALE, 109 / SCALE), (200 / SCALE, 202 / SCALE)]
    assert known_value_range(sequence.stream(2)) == (0.0, 202 / SCALE)
    for task, expected in zip(sequence, ranges, strict=True):
        assert known_value_range(task.train) == expected
        assert known_value_range(task.validation) == expected  # that of the array it is part of
        start = expected[0] + 50 / SCALE
        assert known_value_range(task.test) == (start, start + 4 / SCALE)
    binary = sequence.binarized()
    for dataset in (binary.stream(2), binary[0].train, binary[1].validation, binary[2].test):
        assert known_value_range(dataset) == (0.0, 1.0)


def test_bytes_become_values_from_0_to_1():
    task = tasks.split_by_class("digits")[0]
    assert task.train_split.value_range == known_value_range(task.test) == (0.0, 1.0)


@pytest.mark.parametrize("attribute", ["name", "train_split", "train", "event_shape", "anything"])
def test_attributes_cannot_be_set(attribute):
    task = one_task(size=8)
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError)):
        setattr(task, attribute, "other")
    assert task.name == "only"


def test_later_edits_to_the_arrays_do_not_reach_the_task():
    size = 2**16  # large and aligned: what a framework would borrow rather than copy
    buffer = np.zeros(size * 4 + 16, np.float32)
    start = (-buffer.ctypes.data % 64) // 4
    images = buffer[start : start + size * 4].reshape(size, 2, 2, 1)
    test = images[: size // 2]
    task = tasks.from_arrays({"a": {"train": images, "test": test}}, size, 0.0)[0]
    images[:] = 1.0
    assert pixels(task.train).max() == 0.0
    assert pixels(task.test).max() == 0.0


def test_one_compiled_step_serves_all_tasks():
    traces = []

    @tf.function(jit_compile=True)
    def step(x):
        traces.append(x.shape)
        return tf.reduce_mean(x)

    means = [step(x) for x in tasks.split_by_class("digits", batch_size=64).stream(2)]
    assert len(means) == 40
    assert traces == [(64, 8, 8, 1)]


def test_repr_tells_name_shape_and_sizes():
    assert repr(three_tasks()[1]) == (
        "Task('b', event_shape=(2, 2, 1), train=10, validation=0, test=5)"
    )


@pytest.mark.parametrize("name", ["", 3, None])
def test_a_name_is_a_non_empty_string(name):
    split = one_task(size=8).train_split
    with pytest.raises(TypeError, match="`name` of a task must be a non-empty string, received"):
        tasks.Task(name, split)


def test_splits_of_one_event_shape():
    small = one_task(size=8).train_split
    large = tasks.from_arrays({"a": numbered(8, shape=(3, 3, 1))})[0].train_split
    with pytest.raises(ValueError, match=r"one event shape, received \(2, 2, 1\) and \(3, 3, 1\)"):
        tasks.Task("a", small, test_split=large)
