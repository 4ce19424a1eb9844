"""The notebook of two domains, on few and small images."""

import numpy as np
import pytest
from notebook_helpers import (
    EXAMPLES,
    MARKER,
    all_printed,
    answers,
    code_cells,
    figures_of_line,
    pictures_of,
    printed,
)

PATH = EXAMPLES / "04_mnist_to_svhn.ipynb"
STANDIN = "SynthDigits (stand-in for SVHN)"
NAMES = ("naive", "lifelong")

LOOK = f"""
import json

seen = {{
    "R": {{name: matrix.tolist() for name, matrix in R.items()}},
    "event_shape": tasks.event_shape,
    "tasks": tasks.names,
    "accuracy": judge.score(np.concatenate(test), truth),
}}
print("{MARKER}" + json.dumps(seen))
"""


@pytest.fixture(scope="module")
def seen(executed):
    return answers(executed)


def test_every_picture_is_drawn(executed):
    drawn = [cell.id for cell in executed.cells if cell.cell_type == "code" and pictures_of(cell)]
    assert drawn == ["tasks", "seen", "picture"]


def test_both_domains_have_one_shape(seen):
    assert seen["event_shape"] == [32, 32, 3]
    assert seen["tasks"] == ["digits", STANDIN]


def test_naive_forgets_the_first_domain_and_lifelong_keeps_it(seen):
    naive, lifelong = (np.array(seen["R"][name]) for name in NAMES)
    np.testing.assert_allclose(lifelong[0], naive[0], rtol=0.01)
    lost = naive[1, 0] - naive[0, 0], lifelong[1, 0] - lifelong[0, 0]
    assert lost[0] > 4 * lost[1] + 100  # nats
    assert max(lifelong[1, 1], naive[1, 1]) < naive[0, 1]  # both learn the second


def test_the_table_is_of_these_figures(executed, seen):
    for name in NAMES:
        R = np.array(seen["R"][name])
        wanted = [R[0, 0], R[1, 0], R[1, 0] - R[0, 0], R[1, 1]]
        np.testing.assert_allclose(figures_of_line(executed, "table", name), wanted, atol=0.051)


def test_only_the_lifelong_model_still_generates_the_first_domain(executed, seen):
    assert seen["accuracy"] > 0.97  # the judge can be trusted
    naive, lifelong = (figures_of_line(executed, "shares", name)[0] for name in NAMES)
    assert naive < 5  # %
    assert 15 < lifelong < 85


@pytest.mark.parametrize("run", ["stored", pytest.param("executed", marks=pytest.mark.slow)])
def test_the_stand_in_is_named_wherever_it_appears(run, request):
    notebook = request.getfixturevalue(run)
    tables = [printed(cell) for cell in code_cells(notebook) if cell.id in ("table", "shares")]
    assert [STANDIN in table for table in tables] == [True, True]
    titles = [
        cell.source for cell in code_cells(notebook) if cell.id in ("tasks", "seen", "picture")
    ]
    assert ["{second}" in source for source in titles] == [True] * 3
    assert "**SynthDigits, a stand-in for SVHN**" in notebook.cells[0].source


def test_what_is_stored_is_of_mnist_and_says_the_same(stored):
    assert "Task('MNIST', event_shape=(32, 32, 3), train=3800" in all_printed(stored)
    naive, lifelong = (figures_of_line(stored, "table", name) for name in NAMES)
    assert naive[2] > 4 * lifelong[2] + 100
    assert [figures_of_line(stored, "shares", name)[0] < 5 for name in NAMES] == [True, False]
