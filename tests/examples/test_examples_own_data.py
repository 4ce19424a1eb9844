"""The notebook of own data: what it prints is so, as stored and executed."""

import re

import numpy as np
from notebook_helpers import EXAMPLES, all_printed, figures_of_line

PATH = EXAMPLES / "06_own_data.ipynb"


def assert_it_tells(notebook):
    for name in ("zero", "one"):
        before, after = figures_of_line(notebook, "later", name)
        assert abs(after - before) < 6  # nats: the new folder costs the old ones little
    before, after = figures_of_line(notebook, "later", "two")
    assert after < before - 5
    sampled = spread_of(notebook, "sample=True")
    means = spread_of(notebook, "means")
    assert np.all(np.abs(np.log(sampled)) < np.log(1.6))
    assert np.mean(means) < np.mean(sampled)


def spread_of(notebook, name):
    line = re.findall(rf"^{name} .*$", all_printed(notebook), re.MULTILINE)[0]
    return np.array([float(one) for one in re.findall(r"([\d.]+) \(", line)])


def test_what_is_stored_tells(stored):
    assert_it_tells(stored)


def test_what_is_executed_tells(executed):
    assert_it_tells(executed)
