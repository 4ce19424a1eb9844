"""Keras callbacks named on the command line."""

import csv
import re
from functools import partial

import keras
import pytest

from keras_lifelong_vae import cli, experiments
from keras_lifelong_vae.cli.callback_argument import callback_call
from keras_lifelong_vae.experiments import grid

QUICK = ["--tasks=2", "--epochs=2", "--batch-size=64", "--latent-dim=3", "--verbose=0"]
LOG = "keras.callbacks:CSVLogger('{run}/log.csv', append=True)"


def rows(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def test_a_csv_log_has_the_epochs_of_every_task(tmp_path):
    run = tmp_path / "run"
    assert cli.main(["train", "digits-split", "--out", str(run), *QUICK, "--callback", LOG]) == 0
    found = rows(run / "log.csv")
    assert [row["epoch"] for row in found] == ["0", "1", "0", "1"]
    assert all(float(row["val_negative_elbo"]) > 0 for row in found)
    assert {"reconstruction", "kl_gaussian", "consistency"} <= found[0].keys()
    assert float(found[0]["consistency"]) == 0 < float(found[-1]["consistency"])


@pytest.mark.slow
def test_a_comparison_has_one_for_each_run_and_tensorboard_too(tmp_path, monkeypatch):
    pytest.importorskip("tensorboard")
    quick = partial(grid.train_classifier, steps=300)
    monkeypatch.setattr(grid, "train_classifier", quick)
    names = ["naive", "full-batch"]
    command = ["compare", "digits-split", "--seeds", "0", *QUICK, "--tasks=4", "--strategies"]
    places = ["--out", str(tmp_path / "grid"), "--tensorboard", str(tmp_path / "board")]
    assert cli.main([*command, *names, *places, "--callback", LOG]) == 0
    for name, epochs in zip(names, (8, 2), strict=True):
        assert len(rows(tmp_path / "grid" / "cells" / f"{name}-0" / "log.csv")) == epochs
        parts = {path.name for path in (tmp_path / "board" / f"{name}-0").iterdir()}
        assert parts == {"train", "validation", "tasks"}


@pytest.mark.parametrize(
    ("text", "arguments", "options"),
    [
        ("a.b:C", (), {}),
        ("a.b:C()", (), {}),
        ("a:C(1, 'x:y', b=[2.5, None])", (1, "x:y"), {"b": [2.5, None]}),
    ],
)
def test_arguments_are_literals(text, arguments, options):
    call = callback_call(text)
    assert (call.module, call.name) == (text[: text.index(":")], "C")
    assert (call.arguments, call.options) == (arguments, options)


def test_the_run_stands_for_its_directory(tmp_path):
    called = callback_call("keras.callbacks:ModelCheckpoint('{run}/m.keras', verbose=1)")
    callback = called.factory()(tmp_path)
    assert isinstance(callback, keras.callbacks.ModelCheckpoint)
    assert (callback.filepath, callback.verbose) == (f"{tmp_path}/m.keras", 1)


@pytest.mark.parametrize(
    "text",
    [
        "CSVLogger('a')",
        "keras.callbacks",
        "keras.callbacks:",
        ":CSVLogger",
        "keras.callbacks:CSVLogger(",
        "keras.callbacks:CSVLogger(open('a'))",
        "keras.callbacks:CSVLogger(name)",
        "keras.callbacks:CSVLogger(*['a'])",
        "keras.callbacks:CSVLogger(**{'filename': 'a'})",
        "os:system('a')('b')",
        "keras:callbacks.CSVLogger",
    ],
)
def test_what_is_no_call_with_literals_is_one_clear_error(text, capsys):
    with pytest.raises(SystemExit):
        cli.main(["train", "digits-split", "--callback", text])
    error = capsys.readouterr().err.splitlines()[-1]
    assert "argument --callback: must be MODULE:NAME(ARGUMENTS) with literals" in error


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nowhere:CSVLogger('a')", "No module named 'nowhere'"),
        (
            "keras.callbacks:CSVLog('a')",
            "a Keras callback of keras.callbacks or .* received CSVLog",
        ),
        ("keras.layers:Dense(3)", "a Keras callback of keras.layers or .* received Dense"),
        ("keras.callbacks:CSVLogger", r"CSVLogger: missing a required argument: 'filename'"),
        ("keras.callbacks:CSVLogger('a', add=1)", "unexpected keyword argument 'add'"),
    ],
)
@pytest.mark.parametrize("command", ["train", "compare"])
def test_what_cannot_be_called_is_refused_before_any_training(
    command, text, message, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(experiments, "train_sequence", None)
    monkeypatch.setattr(experiments, "run_grid", None)
    arguments = [command, "digits-split", "--out", str(tmp_path / "run"), "--callback", text]
    assert cli.main(arguments) == 1
    (error,) = capsys.readouterr().err.splitlines()
    assert re.search(f"^lifelong-vae: error: .*{message}", error)
    assert list(tmp_path.iterdir()) == []


def test_a_function_that_makes_something_else_is_refused_before_any_training(tmp_path, capsys):
    run = tmp_path / "run"
    command = ["train", "digits-split", "--out", str(run), *QUICK, "--callback", "json:dumps('a')"]
    assert cli.main(command) == 1
    error = capsys.readouterr().err
    assert "`callbacks` must be Keras callbacks, received '\"a\"'" in error
