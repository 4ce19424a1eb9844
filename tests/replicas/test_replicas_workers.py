"""Several processes learn one model together, and go on together after one was killed."""

import pytest
from workers import run_workers


def check_alike(found, number):
    assert len(found) == number
    assert all(one == found[0] for one in found)
    assert (found[0]["steps"], found[0]["tasks"]) == (30, 3)
    assert found[0]["losses"][1] < found[0]["losses"][0]
    assert 20 < found[0]["bound"] < 40


@pytest.mark.slow
def test_workers_go_on_together_after_a_kill_as_if_undisturbed(tmp_path):
    undisturbed = run_workers(2, directory=str(tmp_path / "whole"))
    check_alike(undisturbed, 2)
    assert run_workers(2, directory=str(tmp_path / "killed"), kill=17) == []
    assert run_workers(2, directory=str(tmp_path / "killed")) == undisturbed
