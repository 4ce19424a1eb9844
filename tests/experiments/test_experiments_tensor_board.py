import importlib.util

import numpy as np
import pytest
import tensorflow as tf
from experiments_helpers import train_tiny

from keras_lifelong_vae import cli
from keras_lifelong_vae.experiments import run_grid


def test_without_the_package_there_is_one_clear_error(tmp_path, monkeypatch, capsys):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "keras_lifelong_vae.experiments.tensor_board.find_spec",
        lambda name: None if name == "tensorboard" else find(name),
    )
    with pytest.raises(ImportError, match="`tensorboard` must be None where the package"):
        run_grid("digits-split", tmp_path / "grid", tensorboard=tmp_path / "board")
    arguments = ["train", "digits-split", "--out", str(tmp_path / "run"), "--tensorboard", "b"]
    assert cli.main(arguments) == 1
    assert "keras-lifelong-vae[logs]" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def events(directory):
    """The events of one directory by name."""
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    found = reader.EventAccumulator(str(directory), size_guidance={"tensors": 0, "images": 0})
    found.Reload()
    return {
        name: [(event.step, event.tensor_proto) for event in found.Tensors(name)]
        for name in found.Tags()["tensors"]
    }


def test_terms_tasks_and_samples_are_written(tmp_path):
    pytest.importorskip("tensorboard")
    results = train_tiny(tmp_path / "run", tensorboard=tmp_path / "board", num_tasks=2, epochs=2)
    train, validation, tasks = (
        events(tmp_path / "board" / part) for part in ("train", "validation", "tasks")
    )
    assert [step for step, _ in train["loss"]] == [1, 2, 3, 4]  # over both tasks
    assert {"reconstruction", "kl_gaussian", "consistency"} <= train.keys()
    assert [step for step, _ in validation["negative_elbo"]] == [1, 2, 3, 4]
    of_first = [(step, float(tf.make_ndarray(value))) for step, value in tasks["negative_elbo/0"]]
    expected = [row[0] for row in results.negative_elbo]
    np.testing.assert_allclose([value for _, value in of_first], expected, rtol=1e-6)
    assert [step for step, _ in tasks["negative_elbo/1"]] == [2]
    assert [step for step, _ in tasks["samples"]] == [1, 2]
    width, height, png = tasks["samples"][1][1].string_val
    assert (int(width) > 500, int(height) > 100, png[:4]) == (True, True, b"\x89PNG")
