import pytest
from report_helpers import results, three_strategies, write_grid

from keras_lifelong_vae.experiments.report import write_report


@pytest.fixture(scope="session")
def grid(tmp_path_factory):
    """Three strategies with two seeds, ewc with the second alone and one run begun."""
    runs = [
        *three_strategies((0, 1)),
        results("ewc", 1, [[5.0, 9.0], [8.0, 6.0]]),
        results("vcl", 0, [[3.0, 9.0]]),
    ]
    return write_grid(tmp_path_factory.mktemp("grid") / "grid", runs)


@pytest.fixture(scope="session")
def report(grid, tmp_path_factory):
    """Its report, with the small files copied along."""
    return write_report(grid, tmp_path_factory.mktemp("report") / "new", html=True).parent
