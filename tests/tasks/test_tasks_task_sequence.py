import dataclasses

import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from tasks_helpers import epoch, few_examples, numbered, three_tasks

from keras_lifelong_vae import tasks


def iterated(sequence, epochs):
    """What the stream promises to equal."""
    seen = []
    for task, count in zip(sequence, epochs, strict=True):
        train = task.train
        for _ in range(count):
            seen += epoch(train)
    return seen


def test_length_index_and_iteration():
    sequence = three_tasks()
    assert len(sequence) == 3
    assert sequence.names == ("a", "b", "c")
    assert sequence.event_shape == (2, 2, 1)
    assert sequence[-1] is sequence[2]
    assert list(sequence) == [sequence[0], sequence[1], sequence[2]]
    with pytest.raises(IndexError):
        sequence[3]


def test_slices_are_sequences():
    part = three_tasks()[1:]
    assert isinstance(part, tasks.TaskSequence)
    assert part.names == ("b", "c")
    assert three_tasks()[::-1].names == ("c", "b", "a")


def test_sum_of_sequences():
    first, second = three_tasks()[:2], tasks.from_arrays({"d": numbered(8)})
    both = first + second
    assert both.names == ("a", "b", "d")
    assert both[2] is second[0]


def test_sum_needs_one_event_shape():
    other = tasks.from_arrays({"d": numbered(8, shape=(3, 3, 1))})
    with pytest.raises(ValueError, match=r"\(2, 2, 1\) for task 'a' and \(3, 3, 1\) for task 'd'"):
        three_tasks() + other


def test_sum_with_something_else():
    with pytest.raises(TypeError, match="unsupported operand"):
        three_tasks() + 1


def test_names_are_distinct():
    with pytest.raises(ValueError, match=r"`tasks` must have distinct names, received \['b'\]"):
        three_tasks() + three_tasks()[1:2]


def test_no_tasks():
    with pytest.raises(ValueError, match="`tasks` must hold at least one task, received none"):
        tasks.TaskSequence(())
    with pytest.raises(ValueError, match="`tasks` must hold at least one task, received none"):
        three_tasks()[3:]


def test_only_tasks():
    with pytest.raises(TypeError, match="`tasks` must hold `Task`s, received str"):
        tasks.TaskSequence(("a",))


def test_sequence_cannot_be_changed():
    sequence = three_tasks()
    with pytest.raises(dataclasses.FrozenInstanceError):
        sequence.tasks = ()
    with pytest.raises(TypeError):
        sequence[0] = sequence[1]
    mutable = list(sequence)
    kept = tasks.TaskSequence(mutable)
    mutable.clear()
    assert len(kept) == 3


@given(
    epochs=st.tuples(*[st.integers(1, 4)] * 3),
    batch_size=st.integers(1, 13),
    seed=st.integers(0, 2**40),
)
@few_examples
def test_stream_equals_the_tasks_one_after_another(epochs, batch_size, seed):
    sequence = three_tasks(batch_size, seed)
    stream = sequence.stream(epochs)
    seen = epoch(stream)
    assert seen == iterated(sequence, epochs)
    assert len(seen) == stream.cardinality() == sequence.boundaries(epochs)[-1]


@given(epochs=st.tuples(*[st.integers(1, 9)] * 3), batch_size=st.integers(1, 13))
@few_examples
def test_boundaries_add_up(epochs, batch_size):
    sequence = three_tasks(batch_size)
    steps = [len(epoch(task.train)) * n for task, n in zip(sequence, epochs, strict=True)]
    assert sequence.boundaries(epochs) == (steps[0], steps[0] + steps[1], sum(steps))


def test_boundaries_by_hand():
    sequence = three_tasks(batch_size=4)  # 12, 10 and 3 images: 3, 2 and 1 steps
    assert sequence.boundaries(1) == (3, 5, 6)
    assert sequence.boundaries(2) == (6, 10, 12)
    assert sequence.boundaries([1, 3, 2]) == (3, 9, 11)


def test_tasks_change_at_the_boundaries():
    sequence = three_tasks()
    numbers = [batch[0] // 100 for batch in epoch(sequence.stream(2))]
    assert numbers == [0] * 6 + [1] * 4 + [2] * 2


def test_stream_has_a_static_shape_if_all_tasks_fill_a_batch():
    spec = three_tasks(batch_size=3).stream(2).element_spec
    assert spec == tf.TensorSpec((3, 2, 2, 1), tf.float32)


def test_a_stream_of_many_tasks():
    sequence = tasks.from_arrays({str(i): numbered(4, i) for i in range(40)}, 4, 0.0)
    assert len(epoch(sequence.stream(2))) == 80


@pytest.mark.parametrize("epochs", [0, -1, 1.5, True, "3", None])
def test_epochs_is_a_positive_integer(epochs):
    with pytest.raises(ValueError, match="`epochs` must be an integer of at least 1, received"):
        three_tasks().stream(epochs)
    with pytest.raises(ValueError, match="`epochs` must be an integer of at least 1, received"):
        three_tasks().boundaries(epochs)


def test_one_number_of_epochs_per_task():
    with pytest.raises(ValueError, match="one for each of 3 tasks, received 2 numbers"):
        three_tasks().stream([1, 2])
    with pytest.raises(ValueError, match=r"`epochs\[1\]` must be an integer of at least 1"):
        three_tasks().stream([1, 0, 2])


def test_repr_lists_the_tasks():
    assert repr(three_tasks()[1:]) == (
        "TaskSequence(\n"
        "    Task('b', event_shape=(2, 2, 1), train=10, validation=0, test=5),\n"
        "    Task('c', event_shape=(2, 2, 1), train=3, validation=0, test=5),\n"
        ")"
    )


@pytest.mark.parametrize("name", ["a\x1b[2J", "two\nlines", "\u202eright"])
def test_names_that_cannot_be_printed_are_refused(name):
    with pytest.raises(ValueError, match="names that can be printed in a line") as error:
        tasks.from_arrays({name: numbered(4)}, 2)
    assert str(error.value).isprintable()
