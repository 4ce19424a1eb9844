import base64
import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from notebook_helpers import EXAMPLES, code_cells, execute, outputs, pictures_of

PATH = EXAMPLES / "05_export_and_serve.ipynb"
BADGE = (
    "https://colab.research.google.com/github/keras-lifelong-vae/keras-lifelong-vae"
    f"/blob/main/examples/{PATH.name}"
)
SERVING = Path(__file__).resolve().parents[1] / "serving"
MARKER = "FOR THE TEST "

# Run after the last cell: the notebook's own `ask` at a server of the notebook's own export.
LOOK = f"""
import json
import sys
from pathlib import Path

sys.path.insert(0, {str(SERVING)!r})
import serving_stand_in_rest
from serving_models import ServedModels

_, port = serving_stand_in_rest.start(ServedModels(Path("served"), "lifelong_vae", 256))
answer = ask(f"127.0.0.1:{{port}}", "encode", images=images)
seen = {{
    "served": answer["category"],
    "here": here.category.tolist(),
    "values": values.tolist(),
    "is_new": is_new.tolist(),
    "model": np.mean([model.negative_elbo(all_images, seed) for seed in range(8)], axis=0).tolist(),
}}
print("{MARKER}" + json.dumps(seen))
"""


@pytest.fixture(scope="module")
def stored():
    return nbformat.read(PATH, as_version=4)


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The whole notebook, executed once with fewer epochs, with one more cell."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOTEBOOK_FAST", "True")
        return execute(PATH, tmp_path_factory.mktemp("export_and_serve"), LOOK)


@pytest.fixture(scope="module")
def seen(executed):
    text = printed(executed.cells[-1])
    (line,) = (line for line in text.splitlines() if line.startswith(MARKER))
    return json.loads(line.removeprefix(MARKER))


def printed(cell):
    return "".join(one.text for one in cell.outputs if one.get("name") == "stdout")


def all_printed(notebook):
    return "\n".join(printed(cell) for cell in code_cells(notebook))


def auc_in(cell):
    (figure,) = re.findall(r"^AUC of score.*: (0\.\d+)$", printed(cell), re.MULTILINE)
    return float(figure)


def test_stored_notebook_is_valid_short_and_of_one_clean_run(stored):
    nbformat.validate(stored)
    assert len(stored.cells) <= 20
    assert PATH.stat().st_size < 200_000
    cells = code_cells(stored)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert {one.get("name", one.output_type) for one in outputs(stored)} == {
        "stdout",
        "display_data",
    }


def test_begins_with_a_badge_and_installs_the_package_where_it_is_missing(stored):
    first = stored.cells[0].source
    assert re.findall(r"\((https://colab[^()\s]+/blob/[^()\s]+)\)", first) == [BADGE]
    source = code_cells(stored)[0].source
    assert 'find_spec("keras_lifelong_vae") is None' in source
    assert "%pip install -q git+https://github.com/keras-lifelong-vae/keras-lifelong-vae" in source


def test_ends_in_a_picture_and_a_number(stored, executed):
    for notebook_cell in (stored.cells[-1], executed.cells[-2]):
        (picture,) = pictures_of(notebook_cell)
        assert base64.b64decode(picture).startswith(b"\x89PNG")
        assert auc_in(notebook_cell) > 0.85


def test_number_is_the_share_of_pairs_in_order(seen, executed):
    values, is_new = np.array(seen["values"]), np.array(seen["is_new"])
    pairs = values[is_new][:, np.newaxis] > values[~is_new]
    assert auc_in(executed.cells[-2]) == pytest.approx(pairs.mean(), abs=6e-4)
    assert (is_new.sum(), (~is_new).sum()) == (108, 252)


def test_export_scores_what_the_model_scores(seen):
    exported, here = np.array(seen["values"]), np.array(seen["model"])
    assert np.corrcoef(exported, here)[0, 1] > 0.97  # each with noise of its own
    assert exported.mean() == pytest.approx(here.mean(), abs=0.3)  # nats


def test_notebooks_own_request_is_answered_by_a_server_as_by_the_model(seen):
    assert seen["served"] == seen["here"]
    assert len(seen["here"]) == 14


def test_loaded_in_two_ways_it_says_the_same(executed):
    text = all_printed(executed)
    lines = re.findall(
        r"^(SavedModel|layer) +loc differs by at most (\S+), .* same: True$", text, re.MULTILINE
    )
    assert [name for name, _ in lines] == ["SavedModel", "layer"]
    assert all(float(difference) < 1e-5 for _, difference in lines)
    assert "the same image: True" in text
    assert re.search(r"^categories: \[ *\d -1 +\d\]$", text, re.MULTILINE)


def test_says_how_to_start_a_server_of_the_tested_version_where_none_runs(stored):
    compose = (EXAMPLES.parent / "export" / "docker-compose.yml").read_text(encoding="utf-8")
    (image,) = re.findall(r"image: (\S+)", compose)
    assert f"-e MODEL_NAME=lifelong_vae {image}\n" in all_printed(stored)
