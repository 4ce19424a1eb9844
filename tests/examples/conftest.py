"""Of the notebooks only the quickstart is executed in every run, the others with the slow tests."""

import nbformat
import pytest
from notebook_helpers import execute

ALWAYS = "test_examples_quickstart"


@pytest.hookimpl(tryfirst=True)  # before those that are not wanted are left out
def pytest_collection_modifyitems(items):
    for item in items:
        if "executed" in item.fixturenames and ALWAYS not in item.nodeid:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module")
def stored(request):
    """The module's notebook, `PATH`, as it is stored."""
    return nbformat.read(request.module.PATH, as_version=4)


@pytest.fixture(scope="module")
def executed(request, tmp_path_factory):
    """The whole notebook, executed once with `FAST`, and then the module's `LOOK` if it has one."""
    path, look = request.module.PATH, getattr(request.module, "LOOK", "")
    return execute(path, tmp_path_factory.mktemp(path.stem), look, fast=True)
