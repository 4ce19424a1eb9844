"""The notebook of the loop that learns what is new: alarm, learning, next version."""

import re

from notebook_helpers import EXAMPLES, all_printed, figures_of_line, pictures_of

PATH = EXAMPLES / "10_in_production.ipynb"


def assert_it_learned(notebook):
    drawn = [cell.id for cell in notebook.cells if cell.cell_type == "code" and pictures_of(cell)]
    assert drawn == ["curve", "picture"]
    text = all_printed(notebook)
    happened = re.findall(r"^(version \d is served|drift: |learning \d+ novel images)", text, re.M)
    assert [what.split()[0] for what in happened] == ["version", "drift:", "learning", "version"]
    assert re.search(r"alarm after (\d+) images of the second part", text)
    assert "tasks: 6" in text
    before, after = figures_of_line(notebook, "shares", "sevens")
    assert before > 50  # %
    assert after < before / 3
    assert max(figures_of_line(notebook, "shares", "learned digits")) < 20
    assert min(figures_of_line(notebook, "shares", "fives")) > 25  # never learned


def test_what_is_stored_is_of_a_loop_that_learned(stored):
    assert_it_learned(stored)


def test_what_is_executed_is_of_a_loop_that_learned(executed):
    assert_it_learned(executed)
