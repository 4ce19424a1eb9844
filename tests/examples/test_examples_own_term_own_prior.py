"""The notebook of an own term and an own prior: what it prints is so, as stored and executed."""

import re

from notebook_helpers import EXAMPLES, all_printed, figures_of_line

PATH = EXAMPLES / "09_own_term_own_prior.ipynb"
MODELS = ("N(0, I)", "N(0, I), edges", "N(m, S)", "mixture")


def assert_it_tells(notebook):
    figures = {name: figures_of_line(notebook, "table", name) for name in MODELS}
    bounds, kls, edges, first = zip(*figures.values(), strict=True)
    assert max(bounds) < 30
    assert all(abs(one - other) < 4 for one, other in zip(bounds, first, strict=True))
    assert min(kls) > 0
    assert edges[1] < 0.9 * edges[0]  # what the term is for
    learned, own = map(
        float, re.findall(r"lie: ([\d.]+), under N\(0, I\): ([\d.]+)", all_printed(notebook))[0]
    )
    assert learned < own


def test_what_is_stored_tells(stored):
    assert_it_tells(stored)


def test_what_is_executed_tells(executed):
    assert_it_tells(executed)
