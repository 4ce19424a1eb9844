"""What the notebooks that teach have in common, as they are stored."""

import base64
import re

import nbformat
import pytest
from notebook_helpers import EXAMPLES, code_cells, outputs, pictures_of

NAMES = (
    *("01_quickstart", "02_fashion_split", "03_permuted_mnist", "04_mnist_to_svhn"),
    *("06_own_data", "07_stream_without_boundaries", "08_what_is_new"),
    *("09_own_term_own_prior", "10_in_production"),
)
PATHS = [EXAMPLES / f"{name}.ipynb" for name in NAMES]
COLAB = "https://colab.research.google.com/github/keras-lifelong-vae/keras-lifelong-vae/blob/main"


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def stored(path):
    return nbformat.read(path, as_version=4)


def test_it_is_valid_and_short(stored, path):
    nbformat.validate(stored)
    assert len(stored.cells) <= 20
    assert max(len(cell.source.splitlines()) for cell in code_cells(stored)) <= 26
    assert path.stat().st_size < 600_000


def test_it_begins_with_a_badge_that_opens_this_notebook_in_colab(stored, path):
    first = stored.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    badges = re.findall(r"\((https://colab[^()\s]+/blob/[^()\s]+)\)", first.source)
    assert badges == [f"{COLAB}/examples/{path.name}"]


def test_its_first_code_cell_installs_the_package_where_it_is_missing(stored):
    source = code_cells(stored)[0].source
    assert 'find_spec("keras_lifelong_vae") is None' in source
    wanted = "%pip install -q git+https://github.com/keras-lifelong-vae/keras-lifelong-vae"
    assert source.endswith(f"    {wanted}")


def test_its_outputs_are_of_one_clean_run(stored):
    cells = code_cells(stored)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert [one for one in outputs(stored) if one.output_type == "error"] == []
    assert [one for one in outputs(stored) if one.get("name") == "stderr"] == []
    assert [cell.metadata for cell in cells] == [{}] * len(cells)


def test_it_ends_in_a_picture(stored):
    (picture,) = pictures_of(stored.cells[-1])
    assert base64.b64decode(picture).startswith(b"\x89PNG")
    assert len(picture) < 300_000


def test_it_is_stored_with_its_switch_off(stored, path):
    switches = [cell.source for cell in code_cells(stored) if "\nFAST = " in cell.source]
    assert len(switches) == (0 if path.stem == "01_quickstart" else 1)
    assert all("\nFAST = False  # True:" in source for source in switches)
