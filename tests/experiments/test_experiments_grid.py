"""Strategies side by side: every cell once, and what was killed goes on."""

import json
from functools import partial

import keras
import numpy as np
import pytest
from experiments_helpers import contents

from keras_lifelong_vae.experiments import grid, run_grid
from keras_lifelong_vae.experiments.classifier import (
    Classifier,
    load_classifier,
    train_classifier,
)
from keras_lifelong_vae.experiments.labelled_images import collect
from keras_lifelong_vae.experiments.measurement import Judge

OPTIONS = {
    "num_tasks": 4,
    "epochs": 2,
    "learning_rate": 3e-3,
    "latent_dim": 3,
    "importance_samples": 5,
}
NAMES = ("naive", "full-batch")


def small_grid(out, names=NAMES, seeds=(0,), **changes):
    return run_grid("digits-split", out, names, seeds, **{**OPTIONS, **changes})


@pytest.fixture(scope="module", autouse=True)
def quick_classifier():
    """8x8 digits are told apart after 300 steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grid, "train_classifier", partial(grid.train_classifier, steps=300))
        yield


@pytest.fixture(scope="module")
def finished(quick_classifier, tmp_path_factory):
    out = tmp_path_factory.mktemp("grid")
    return out, small_grid(out)


def test_every_cell_is_measured_with_one_classifier(finished):
    out, (naive, full) = finished
    assert (naive.strategy, full.strategy) == NAMES
    for run in (naive, full):
        measured = run.measurements[-1]
        assert measured["frechet_distance"] > 0
        assert sum(measured["task_shares"]) == pytest.approx(1.0)
        assert run.importance_weighted["bound"] < run.mean_negative_elbo
        assert run.importance_weighted["samples"] == 5
    assert 0.25 < naive.accuracy["generated"] <= 1.0
    assert full.accuracy is None  # its categories are of no task
    assert naive.learned_prior is None  # it keeps nothing that one could be fitted to
    assert full.learned_prior["bound"] < full.learned_prior["negative_elbo"]
    assert full.learned_prior["negative_elbo"] < full.mean_negative_elbo
    assert len(naive.measurements) == 4
    assert naive.measurements[0]["frechet_distance"] is None  # 36 test images are too few
    assert len(full.measurements) == len(full.negative_elbo) == 1
    assert naive.measurements[-1]["category_task_shares"][3] > 0.5
    assert full.measurements[-1]["category_task_shares"] is None
    known = json.loads((out / "classifier-0" / "classifier.json").read_text())
    assert known["accuracy"] > 0.85
    assert known["floor"] > 0


def test_an_option_goes_to_the_strategies_that_have_it(tmp_path, monkeypatch):
    asked = {}

    def prepare(sequence, strategy, seed, options, *_, **__):
        asked[strategy] = options
        raise KeyboardInterrupt if strategy == "ewc" else ValueError("done")

    monkeypatch.setattr(grid, "prepare", prepare)
    options = {"ewc.weight": 3.0, "latent_dim": 2, "epochs": 1, "network": None}
    with pytest.raises(ValueError, match="done"):
        run_grid("digits-split", tmp_path, ["naive", "ewc"], [0], **options)
    with pytest.raises(KeyboardInterrupt):
        run_grid("digits-split", tmp_path, ["ewc", "naive"], [0], **options)
    assert asked["naive"] == {"latent_dim": 2, "epochs": 1}
    assert asked["ewc"] == {"ewc.weight": 3.0, "latent_dim": 2, "epochs": 1}


def test_naive_forgets_and_full_batch_does_not(finished):
    naive, full = finished[1]
    assert naive.mean_negative_elbo > full.mean_negative_elbo
    assert naive.measurements[-1]["frechet_distance"] > full.measurements[-1]["frechet_distance"]


def test_both_saw_as_many_real_images(finished):
    naive, full = finished[1]
    assert full.training_images == pytest.approx(naive.training_images, rel=0.15)


def test_what_pictures_are_drawn_of_is_kept(finished):
    out, _ = finished
    for name, categories in zip(NAMES, (4, 4), strict=True):
        specimens = np.load(out / "cells" / f"{name}-0" / "specimens.npz")
        assert specimens["samples"].shape == (64, 8, 8, 1)
        assert specimens["traversals"].shape == (8, categories, 8, 8, 1)
        assert specimens["samples"].dtype == np.uint8


def test_a_finished_cell_is_not_run_again(finished, monkeypatch):
    out, results = finished
    before = contents(out / "cells" / "naive-0")
    monkeypatch.setattr(grid, "prepare", lambda *a, **k: pytest.fail("it was run again"))
    assert small_grid(out) == results
    assert contents(out / "cells" / "naive-0") == before


def test_a_killed_cell_goes_on_after_its_last_task(finished, tmp_path, monkeypatch):
    seen = []
    classes = Classifier.classes

    def killed(self, images):
        seen.append(len(images))
        if len(seen) > 4:  # while it measures after the second task
            raise KeyboardInterrupt
        return classes(self, images)

    monkeypatch.setattr(Classifier, "classes", killed)
    with pytest.raises(KeyboardInterrupt):
        small_grid(tmp_path, ["naive"])
    monkeypatch.undo()
    assert len(grid.Grid(tmp_path).results()) == 0
    (resumed,) = small_grid(tmp_path, ["naive"])
    reference = finished[1][0]
    assert resumed.negative_elbo == reference.negative_elbo
    assert resumed.importance_weighted == reference.importance_weighted


def test_a_grid_of_other_options_is_refused_and_left_alone(finished):
    out, _ = finished
    before = (out / "grid.json").read_bytes()
    with pytest.raises(ValueError, match=r"`out` must be .*num_tasks \(was 4, now 3\)"):
        small_grid(out, num_tasks=3)
    with pytest.raises(ValueError, match=r"options\.epochs \(was 2, now 9\)"):
        small_grid(out, epochs=9)
    assert (out / "grid.json").read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"names": ["gem"]}, "`strategies` must be one of naive, ewc.*received 'gem'"),
        ({"ewc.weight": 3.0}, "`ewc.weight` must be an option of a strategy .*naive, full-batch"),
        ({"importance_samples": -1}, "`importance_samples`"),
        ({"standin": True}, "`standin` must be False"),
        ({"names": ["naive"], "epochs": 0}, "`epochs`"),
    ],
)
def test_what_is_wrong_is_named_before_anything_is_trained(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        small_grid(tmp_path / "out", **changes)
    assert not (tmp_path / "out").exists()


def test_what_could_not_be_begun_leaves_the_directory_to_other_options(tmp_path, monkeypatch):
    def load(name, *places):
        raise grid.sequences.data.DataUnavailableError("'svhn_cropped' can't be had here.")

    with monkeypatch.context() as patch:
        patch.setattr(grid.sequences.data, "load", load)
        with pytest.raises(grid.sequences.data.DataUnavailableError):
            run_grid("svhn-to-mnist", tmp_path, ["naive"], [0])
        with pytest.raises(grid.sequences.data.DataUnavailableError):
            run_grid("svhn-to-mnist", tmp_path, ["naive"], [0], standin=True)
    assert not any(tmp_path.iterdir())


def test_a_bad_classifier_stops_the_comparison_before_any_model_learns(tmp_path, monkeypatch):
    monkeypatch.setattr(grid, "train_classifier", partial(train_classifier, steps=1))
    monkeypatch.setattr(grid, "run", lambda *a, **k: pytest.fail("a model was trained"))
    with pytest.raises(ValueError, match=r"at least 85%.*distances.*mean nothing, received \d+"):
        small_grid(tmp_path)
    assert not list(tmp_path.rglob("classifier.json"))
    assert not list(tmp_path.rglob("results.json"))


def test_features_that_are_not_finite_are_one_clear_error(finished, monkeypatch):
    out, _ = finished
    model = keras.models.load_model(out / "cells" / "naive-0" / "model.keras")
    test = collect(grid.sequences.get("digits-split").load(32, num_tasks=4), "test")
    judge = Judge(test, load_classifier(out / "classifier-0"), 0)
    monkeypatch.setattr(Classifier, "features", lambda *_: np.full((144, 128), np.nan))
    with pytest.raises(ValueError, match="`features_a` must be finite, received 18432 NaN"):
        judge.measure(model, 4)


def test_an_unknown_sequence_lists_the_known_ones(tmp_path):
    with pytest.raises(ValueError, match="`sequence` must be one of fashion-split"):
        run_grid("cifar-split", tmp_path)
    assert not any(tmp_path.iterdir())
