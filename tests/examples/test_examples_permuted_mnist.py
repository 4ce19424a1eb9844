"""The notebook of ever new permutations, on few digits."""

import numpy as np
import pytest
from notebook_helpers import (
    EXAMPLES,
    MARKER,
    all_printed,
    answers,
    figures_of_line,
    pictures_of,
)

PATH = EXAMPLES / "03_permuted_mnist.ipynb"
NAMES = ("naive", "ewc", "lifelong")

LOOK = f"""
import json

seen = {{
    "R": {{name: matrix.tolist() for name, matrix in R.items()}},
    "images": images.tolist(),
    "rows": {{name: np.asarray(row).tolist() for name, row in rows.items()}},
    "strength": models["ewc"].terms[-1].weight,
}}
print("{MARKER}" + json.dumps(seen))
"""


@pytest.fixture(scope="module")
def seen(executed):
    return answers(executed)


def test_every_picture_is_drawn(executed):
    drawn = [cell.id for cell in executed.cells if cell.cell_type == "code" and pictures_of(cell)]
    assert drawn == ["tasks", "curves", "picture"]


def test_all_begin_alike(seen):
    first = [np.array(seen["R"][name])[0, 0] for name in NAMES]
    np.testing.assert_allclose(first, first[0], rtol=0.02)


def test_replay_remembers_best_and_springs_better_than_nothing(seen):
    final = {name: np.array(seen["R"][name])[-1] for name in NAMES}
    assert all(len(row) == 3 for row in final.values())
    assert final["lifelong"].mean() < final["ewc"].mean() - 5  # nats
    assert final["ewc"].mean() < final["naive"].mean() - 2
    assert (final["lifelong"][:-1] < final["naive"][:-1] - 10).all()


def test_nobody_has_chosen_the_strength_here(seen):
    assert seen["strength"] == 100.0


def test_the_table_is_of_these_figures(executed, seen):
    for name in NAMES:
        R = np.array(seen["R"][name])
        *values, mean, forgetting = figures_of_line(executed, "table", name)
        np.testing.assert_allclose(values, R[-1], atol=0.051)
        assert mean == pytest.approx(R[-1].mean(), abs=0.051)
        assert forgetting == pytest.approx((R[-1] - np.diagonal(R))[:-1].mean(), abs=0.051)


def test_only_the_lifelong_model_still_sees_the_first_task_as_it_is(seen):
    images = np.array(seen["images"])
    errors = {name: np.square(seen["rows"][name] - images).mean() for name in NAMES}
    assert errors["lifelong"] < 0.7 * min(errors["naive"], errors["ewc"])


def test_what_is_stored_says_the_same(stored):
    naive, ewc, lifelong = (figures_of_line(stored, "table", name) for name in NAMES)
    assert lifelong[-2] < min(naive[-2], ewc[-2]) - 5  # mean, nats
    assert lifelong[-1] < 0.3 * naive[-1]  # forgetting
    assert "keeps one model, one number a weight" in all_printed(stored)
