import base64
import re

import nbformat
import numpy as np
import pytest
from notebook_helpers import (
    EXAMPLES,
    MARKER,
    all_printed,
    answers,
    code_cells,
    execute,
    pictures_of,
    printed,
)

PATH = EXAMPLES / "01_quickstart.ipynb"

# Run after the last cell: which digits a classifier that knows the real ones sees in the samples.
LOOK = f"""
import json
from sklearn.neighbors import KNeighborsClassifier

digits = klv.data.load("digits")

def rows(images):
    return np.asarray(images, "float64").reshape(len(images), -1)

classifier = KNeighborsClassifier(3).fit(rows(digits.train_images) / 255, digits.train_labels)

def share_of_each_digit(images):
    return np.bincount(classifier.predict(rows(images)), minlength=10) / len(images)

seen = {{
    "accuracy": classifier.score(rows(digits.test_images) / 255, digits.test_labels),
    "lifelong": share_of_each_digit(lifelong.generate(1000, seed=1)).tolist(),
    "naive": share_of_each_digit(naive.generate(1000, seed=1)).tolist(),
    "rows": classifier.predict(rows(generated["lifelong"])).reshape(10, 10).tolist(),
    "lifelong_matrix": lifelong_matrix.tolist(),
    "naive_matrix": naive_matrix.tolist(),
}}
print("{MARKER}" + json.dumps(seen))
"""


@pytest.fixture(scope="module")
def stored():
    return nbformat.read(PATH, as_version=4)


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """The whole notebook, executed once, with one more cell."""
    return execute(PATH, tmp_path_factory.mktemp("quickstart"), LOOK)


@pytest.fixture(scope="module")
def seen(executed):
    return answers(executed)


def mean_in_table(notebook, name):
    """The figure that ends the line `name` of the table of -ELBO."""
    (figure,) = re.findall(rf"^{name} .* (\d+\.\d)$", all_printed(notebook), re.MULTILINE)
    return float(figure)


def test_executed_notebook_ends_in_the_picture(executed):
    (picture,) = pictures_of(executed.cells[-2])
    assert base64.b64decode(picture).startswith(b"\x89PNG")


def test_the_readme_shows_its_picture(stored):
    (picture,) = pictures_of(stored.cells[-1])
    shown = EXAMPLES.parent / "docs" / "quickstart.png"
    assert base64.b64decode(picture) == shown.read_bytes()


def test_stored_figures_are_still_those_of_the_package(stored, executed):
    for name in ("lifelong", "naive"):
        assert abs(mean_in_table(stored, name) - mean_in_table(executed, name)) < 1.5


def test_lifelong_model_knows_all_digits_better_than_the_naive_one(seen, executed):
    lifelong, naive = np.array(seen["lifelong_matrix"]), np.array(seen["naive_matrix"])
    assert lifelong.shape == naive.shape == (10, 10)
    assert lifelong[-1].mean() < naive[-1].mean() - 5  # nats
    assert (lifelong[-1, :-1] < naive[-1, :-1] - 2).all()  # every digit that could be forgotten
    assert mean_in_table(executed, "lifelong") == pytest.approx(lifelong[-1].mean(), abs=0.051)
    assert mean_in_table(executed, "naive") == pytest.approx(naive[-1].mean(), abs=0.051)


def test_both_models_begin_alike(seen):
    lifelong, naive = np.array(seen["lifelong_matrix"]), np.array(seen["naive_matrix"])
    np.testing.assert_allclose(lifelong[0], naive[0], rtol=0.01)


def test_lifelong_model_generates_all_digits_and_the_naive_one_only_the_last(seen):
    assert seen["accuracy"] > 0.95  # the classifier can be trusted
    lifelong, naive = np.array(seen["lifelong"]), np.array(seen["naive"])
    assert (lifelong >= 0.03).sum() >= 8
    assert (naive >= 0.03).sum() <= 4
    assert naive[-1] > 0.7


def test_rows_of_the_picture_are_the_digits_in_order(seen):
    hits = (np.array(seen["rows"]) == np.arange(10)[:, np.newaxis]).mean(axis=1)
    assert (hits >= 0.5).sum() >= 8


def test_loaded_model_goes_on_where_the_saved_one_was(executed):
    (text,) = (printed(cell) for cell in code_cells(executed) if "load_model" in cell.source)
    assert text.splitlines() == ["finished tasks: 10", "the same images: True"]
