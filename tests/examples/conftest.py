"""Of the notebooks only the quickstart is executed in every run, the others with the slow tests."""

import pytest

ALWAYS = "test_examples_quickstart"


@pytest.hookimpl(tryfirst=True)  # before those that are not wanted are left out
def pytest_collection_modifyitems(items):
    for item in items:
        if "executed" in item.fixturenames and ALWAYS not in item.nodeid:
            item.add_marker(pytest.mark.slow)
