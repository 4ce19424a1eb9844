"""The notebook of one class after another, on few digits."""

import numpy as np
import pytest
from notebook_helpers import (
    EXAMPLES,
    MARKER,
    answers,
    figures_of_line,
    pictures_of,
)

PATH = EXAMPLES / "02_fashion_split.ipynb"
NAMES = ("naive", "lifelong", "full-batch")

# Run after the last cell: what a classifier that knows the real digits sees in the samples.
LOOK = f"""
import json
from sklearn.neighbors import KNeighborsClassifier

digits = klv.data.load("digits")
rows = digits.train_images.reshape(-1, 64) / 255
classifier = KNeighborsClassifier(3).fit(rows, digits.train_labels)

def shares(model):
    found = classifier.predict(model.generate(500, seed=1).reshape(-1, 64))
    return np.bincount(found, minlength=10) / 500

seen = {{
    "R": {{name: matrix.tolist() for name, matrix in R.items()}},
    "shares": {{name: shares(model).tolist() for name, model in models.items()}},
}}
print("{MARKER}" + json.dumps(seen))
"""


@pytest.fixture(scope="module")
def scores(executed):
    return {name: np.array(matrix) for name, matrix in answers(executed)["R"].items()}


def test_every_picture_is_drawn(executed):
    drawn = [cell.id for cell in executed.cells if cell.cell_type == "code" and pictures_of(cell)]
    assert drawn == ["tasks", "heat-maps", "picture"]


def test_both_begin_alike(scores):
    np.testing.assert_allclose(scores["lifelong"][0], scores["naive"][0], rtol=0.01)


def test_the_lifelong_model_knows_every_earlier_class_better_than_the_naive_one(scores):
    assert scores["lifelong"].shape == scores["naive"].shape == (4, 4)
    assert scores["full-batch"].shape == (1, 4)
    assert (scores["lifelong"][-1, :-1] < scores["naive"][-1, :-1] - 2).all()  # nats
    assert scores["lifelong"][-1].mean() < scores["naive"][-1].mean() - 5


def test_the_table_is_of_these_figures(executed, scores):
    for name in NAMES:
        mean, forgetting, retention = figures_of_line(executed, "table", name)
        assert mean == pytest.approx(scores[name][-1].mean(), abs=0.051)  # 36 test images of each
        if name != "full-batch":
            lost = (scores[name][-1] - np.diagonal(scores[name]))[:-1].mean()
            assert forgetting == pytest.approx(lost, abs=0.051)
        kept = scores["naive"][-1].mean() - scores[name][-1].mean()
        possible = scores["naive"][-1].mean() - scores["full-batch"][-1].mean()
        assert retention == pytest.approx(kept / possible, abs=0.0051)


def test_the_naive_model_generates_the_last_class_and_the_lifelong_one_all(executed):
    shares = {name: np.array(one) for name, one in answers(executed)["shares"].items()}
    assert shares["naive"][3] > 0.7
    assert (shares["lifelong"][:4] > 0.08).all()


def test_what_is_stored_says_the_same(stored):
    naive, lifelong, full = (figures_of_line(stored, "table", name) for name in NAMES)
    assert lifelong[0] < naive[0] - 5  # nats
    assert lifelong[1] < naive[1] / 3
    assert (naive[2], full[2]) == (0.0, 1.0)
    assert lifelong[2] > 0.7
