"""An export of two versions, served, for every file here that asks for it."""

import pytest
from serving_helpers import export_two_versions
from serving_servers import SERVERS


@pytest.fixture(scope="package")
def served(tmp_path_factory):
    """The directory of the export: `lifelong_vae/1` and `lifelong_vae/2`."""
    directory = tmp_path_factory.mktemp("served")
    export_two_versions(directory)
    return directory


@pytest.fixture(scope="package", params=SERVERS)
def server(request, served):
    with SERVERS[request.param](served) as running:
        yield running
