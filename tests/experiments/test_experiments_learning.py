"""One more task for a model in use: from the command line, on real digits."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_lifelong_vae import cli, data
from keras_lifelong_vae.experiments import learning

DIGITS = data.load("digits")


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    """A folder of pictures that are new to the model: sevens, twice as large, in two folders."""
    folder = tmp_path_factory.mktemp("pictures") / "sevens"
    sevens = DIGITS.train_images[DIGITS.train_labels == 7][..., 0]
    for i, image in enumerate(sevens[:80]):
        own = folder / f"{i % 2}"
        own.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image.repeat(2, 0).repeat(2, 1)).save(own / f"{i}.png")
    return folder


@pytest.fixture
def run(tmp_path, lifelong_run):
    """A copy of a finished run of three tasks."""
    return Path(shutil.copytree(lifelong_run[0], tmp_path / "run"))


def card(directory):
    return (directory / "assets.extra" / "model_card.md").read_text()


def test_a_run_learns_one_more_task_and_is_published(run, letters, tmp_path, capsys):
    served = tmp_path / "served"
    command = ["learn", str(run), str(letters), "--export-to", str(served), "--epochs", "3"]
    assert cli.main([*command, "--verbose", "0", "--batch-size", "32"]) == 0
    told = json.loads((tmp_path / "run+sevens" / "learned.json").read_text())
    assert told["tasks"] == ["0", "1", "2", "sevens"]
    assert told["measured_on"] == learning.REAL
    assert told["after"]["sevens"] < told["before"]["sevens"]
    version = served / "lifelong_vae" / "1"
    assert told["published"] == str(version)
    assert "| tasks | 0, 1, 2, sevens |" in card(version)
    assert f"{told['after']['1']:.2f} (before: {told['before']['1']:.2f})" in card(version)
    assert f"sevens: {told['before']['sevens']:.2f} -> " in capsys.readouterr().out

    # On from there, without test images of the old tasks, as a second version.
    eights = DIGITS.train_images[DIGITS.train_labels == 8][:60]
    np.save(tmp_path / "eights.npy", eights)
    on = learning.learn(
        tmp_path / "run+sevens", tmp_path / "eights.npy", export_to=served, epochs=1, verbose=0
    )
    assert on.tasks == ["0", "1", "2", "sevens", "eights"]
    assert on.measured_on == learning.REPLAYED
    assert on.published == str(served / "lifelong_vae" / "2")
    assert (tmp_path / "run+sevens+eights" / "model.keras").is_file()


def test_what_makes_an_old_task_worse_is_kept_and_not_published(
    run, letters, tmp_path, capsys, monkeypatch
):
    def forget(model, task, epochs, callbacks, verbose):
        for weight in model.student.decoder.trainable_weights:
            weight.assign(weight * 0)

    monkeypatch.setattr(learning, "_fit", forget)
    served = tmp_path / "served"
    arguments = ["learn", str(run / "model.keras"), str(letters), "--out", str(tmp_path / "new")]
    assert cli.main([*arguments, "--export-to", str(served), "--limit", "0.5"]) == 1
    error = capsys.readouterr().err
    assert "`limit` must be at least " in error
    assert "The model is kept in" in error
    assert not served.exists()
    assert json.loads((tmp_path / "new" / "learned.json").read_text())["published"] is None
    assert (tmp_path / "new" / "model.keras").is_file()


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"task": "1"}, "`task` must be a new name, received '1'"),
        ({"limit": -1.0}, "`limit` must be a finite number of at least 0"),
        ({"out": "run"}, "`out` must be a new directory"),
        ({"data": "nowhere"}, "`path` must be a folder or a .npy file"),
        ({"data": "run"}, "several sizes|must hold images"),
        ({"model": "nowhere"}, "must be a file with a saved model"),
        ({"export_to": "model.h5"}, "`path` must be a directory"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_learned(
    run, letters, tmp_path, monkeypatch, change, match
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(learning, "_fit", None)  # would fail
    for picture in run.glob("*.png"):
        picture.unlink()
    options = {"model": run, "data": letters, "verbose": 0, **change}
    with pytest.raises((ValueError, OSError), match=match):
        learning.learn(**options)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]
