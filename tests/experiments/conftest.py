import pytest
from experiments_helpers import train_tiny


@pytest.fixture(scope="session")
def lifelong_run(tmp_path_factory):
    """A finished tiny run: its directory and what `train_sequence` returned."""
    out = tmp_path_factory.mktemp("runs") / "lifelong"
    return out, train_tiny(out)
