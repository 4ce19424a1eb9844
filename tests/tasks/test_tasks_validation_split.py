import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tasks_helpers import epoch, few_examples, flat, many_examples, numbered, one_task

from keras_lifelong_vae import tasks
from keras_lifelong_vae.tasks.array_task import carve_out

shares = st.floats(0.0, 1.0, exclude_max=True)


@given(size=st.integers(1, 300), share=shares, seed=st.integers(0, 2**40), name=st.text())
@many_examples
def test_splits_are_disjoint_and_exhaustive(size, share, seed, name):
    rows = np.arange(size) * 3
    train, validation = carve_out(rows, share, seed, name)
    assert sorted([*train, *validation]) == rows.tolist()
    assert list(train) == sorted(train)
    assert list(validation) == sorted(validation)
    assert len(train) >= 1


@given(size=st.integers(2, 300), share=shares)
@many_examples
def test_size_is_the_rounded_share(size, share):
    _, validation = carve_out(np.arange(size), share, 0, "a")
    if share == 0.0:
        assert len(validation) == 0
    else:
        assert len(validation) == min(max(round(size * share), 1), size - 1)


@pytest.mark.parametrize(
    ("size", "share", "expected"),
    [(6000, 0.05, 300), (100, 0.001, 1), (2, 0.01, 1), (2, 0.99, 1), (1, 0.5, 0), (10, 0.0, 0)],
)
def test_sizes_by_hand(size, share, expected):
    task = one_task(size, batch_size=4, share=share)
    assert (task.num_train, task.num_validation) == (size - expected, expected)


@given(size=st.integers(2, 60), share=st.floats(0.01, 0.9), batch_size=st.integers(1, 9))
@few_examples
def test_no_image_is_in_both(size, share, batch_size):
    task = one_task(size, batch_size, share)
    train = task.train
    seen = {number for _ in range(3) for number in flat(epoch(train))}
    held_out = flat(epoch(task.validation))
    assert len(held_out) == task.num_validation
    assert not seen & set(held_out)
    assert seen | set(held_out) <= set(range(size))


def test_choice_follows_from_the_seed_and_the_task():
    def choice(seed, name):
        return flat(epoch(tasks.from_arrays({name: numbered(60)}, 4, 0.2, seed)[0].validation))

    assert choice(0, "a") == choice(0, "a")
    assert choice(0, "a") != choice(1, "a")
    assert choice(0, "a") != choice(0, "b")


def test_choice_does_not_depend_on_the_batch_size():
    choices = [flat(epoch(one_task(60, size, 0.2).validation)) for size in (4, 7)]
    assert choices[0] == choices[1]
