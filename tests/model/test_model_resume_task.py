"""A finished task that comes back: the student goes on with it, and nothing is added."""

import numpy as np
import pytest
from model_helpers import assert_same, digits, learn_task, small_model


def learned(epochs):
    model = small_model(learning_rate=1e-2)
    for label in (0, 1):
        learn_task(model, digits(label), epochs=epochs)
    return model


@pytest.fixture
def two_tasks():
    return learned(1)


def tasks_with_summaries(model):
    rows = model.aggregate_posterior.rows_in_use() // model.replay.components_per_task
    return sorted(set(rows.tolist()))


def test_neither_categories_nor_summaries_nor_tasks_are_added():
    model = learned(4)
    before = model.negative_elbo(digits(0), seed=0).mean()
    model.resume_task(0)
    learn_task(model, digits(0), epochs=4)
    assert int(model.finished_tasks) == int(model.present_task) == 2
    assert model.active_categories == 2
    assert tasks_with_summaries(model) == [0, 1]
    assert model.negative_elbo(digits(0), seed=0).mean() < before
    assert np.mean(model.encode(digits(0)).category == 0) > 0.95
    assert np.mean(model.encode(digits(1)).category == 1) > 0.95
    learn_task(model, digits(2))
    assert int(model.finished_tasks) == model.active_categories == 3
    assert tasks_with_summaries(model) == [0, 1, 2]


def test_in_the_middle_of_it_it_is_what_the_saved_counters_say(two_tasks):
    two_tasks.resume_task(0)
    two_tasks.fit(digits(0), verbose=0)
    assert int(two_tasks.present_task) == 0
    teacher = [weight.numpy() for weight in two_tasks.teacher.weights]
    two_tasks.restore_from_teacher()
    assert_same([weight.numpy() for weight in two_tasks.student.weights], teacher)
    assert int(two_tasks.present_task) == 0


@pytest.mark.parametrize("task", [2, -1, 0.5, "0"])
def test_a_task_that_was_not_finished_is_refused(two_tasks, task):
    with pytest.raises(ValueError, match="`task` must be"):
        two_tasks.resume_task(task)


def test_in_the_middle_of_a_task_it_is_refused(two_tasks):
    two_tasks.fit(digits(2), verbose=0)
    with pytest.raises(ValueError, match="`resume_task` must follow a rollover"):
        two_tasks.resume_task(0)
