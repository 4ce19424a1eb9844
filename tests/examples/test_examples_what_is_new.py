"""The notebook of novelty: what it prints is so, as stored and executed."""

import re

import pytest
from notebook_helpers import EXAMPLES, all_printed, figures_of_line, pictures_of

PATH = EXAMPLES / "08_what_is_new.ipynb"
RATES = (1, 2, 5, 10, 20)  # %


def assert_it_tells(notebook):
    assert [cell.id for cell in notebook.cells if pictures_of_cell(cell)] == ["picture"]
    table = re.findall(r"^ +(\d+)% +([\d.]+)% ", all_printed(notebook), re.MULTILINE)
    assert tuple(int(rate) for rate, _ in table) == RATES
    assert all(float(had) < 2.5 * int(rate) + 3 for rate, had in table)
    for kind in ("black", "grey", "noise", "inverted", "shuffled"):
        assert figures_of_line(notebook, "kinds", kind)[0] > 0.99
    of_new = [figures_of_line(notebook, "kinds", f"digit {digit}")[0] for digit in (7, 8, 9)]
    assert min(of_new) > 0.7
    (mean,) = re.findall(
        r"^AUROC of digits left out.*: novelty (\S+),", all_printed(notebook), re.M
    )
    assert float(mean) == pytest.approx(sum(of_new) / 3, abs=2e-3)
    assert "one of three is broken: [" in all_printed(notebook)


def pictures_of_cell(cell):
    return cell.cell_type == "code" and pictures_of(cell)


def test_what_is_stored_tells(stored):
    assert_it_tells(stored)


def test_what_is_executed_tells(executed):
    assert_it_tells(executed)
