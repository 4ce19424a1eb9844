import pytest
from experiments_helpers import results

from keras_lifelong_vae.experiments import compare


def test_the_table_shows_final_figures_and_what_was_forgotten():
    lifelong = results([[100.0, 300.0], [104.25, 200.0]], sizes=[10, 30])
    naive = results([[100.0, 300.0], [150.5, 190.0]], strategy="naive", sizes=[10, 30])
    assert compare([lifelong, naive]).splitlines() == [
        "-ELBO at the end, nats per test image (lower is better)",
        "                     lifelong               naive",
        "task           -ELBO   forgot      -ELBO   forgot",
        "task 0        104.25    +4.25     150.50   +50.50",
        "task 1        200.00    +0.00     190.00    +0.00",
        "all tasks     176.06    +4.25     180.12   +50.50",
    ]


def test_runs_of_different_tasks_are_not_compared():
    with pytest.raises(ValueError, match="the same tasks"):
        compare([results([[1.0]]), results([[1.0, 2.0], [1.0, 2.0]])])


def test_only_finished_runs_are_compared():
    begun = results([[1.0]])
    with pytest.raises(ValueError, match="finished runs"):
        compare([begun.__class__(**{**vars(begun), "finished": False})])
    with pytest.raises(ValueError, match="at least one"):
        compare([])
