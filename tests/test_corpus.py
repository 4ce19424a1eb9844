"""What fuzzing begins with, and what it found: each input is read, or refused as it should be."""

import runpy
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "tests" / "corpus").glob("*/*"))


@pytest.fixture(scope="module")
def targets():
    before = list(sys.path)
    yield runpy.run_path(str(ROOT / "benchmarks" / "fuzz_targets.py"))["TARGETS"]
    sys.path[:] = before


def test_each_target_has_inputs(targets):
    assert {path.parent.name for path in FILES} == set(targets)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_input_is_read_or_refused_as_it_should_be(targets, path):
    assert targets[path.parent.name](path.read_bytes()) is None  # it raises what no reader may
