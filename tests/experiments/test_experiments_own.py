"""Task sequences, strategies and callbacks of one's own, through a run and a comparison."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from experiments_helpers import contents

import keras_lifelong_vae as klv
from keras_lifelong_vae.experiments import run_grid, sequences, train_sequence

QUICK = {"epochs": 1, "latent_dim": 2, "verbose": 0}


def noise(number, *shape, seed=0):
    return np.random.default_rng(seed).uniform(size=(number, *shape)).astype("float32")


def unlabelled(*shape, names=("a", "b")):
    arrays = {name: {"train": noise(24, *shape), "test": noise(5, *shape)} for name in names}
    return klv.tasks.from_arrays(arrays, batch_size=8, validation_share=0.25)


def labelled():
    images, labels = noise(40, 4, 4, 1), np.arange(40) % 4
    pairs = {"test": (images[:12], labels[:12]), "classes": [(0, 1), (2, 3)]}
    return klv.tasks.split_by_class((images, labels), batch_size=8, **pairs)


def streamed():
    """Of a pipeline that does not know how many images it has."""

    def batches(number):
        spec = tf.TensorSpec((None, 4, 4, 1))
        make = lambda: (noise(4, 4, 4, 1, seed=i) for i in range(number))  # noqa: E731
        return tf.data.Dataset.from_generator(make, output_signature=spec)

    parts = {name: {"train": batches(3), "test": batches(2)} for name in "ab"}
    return klv.tasks.from_datasets(parts, check_values=False)


class Recorder(keras.callbacks.Callback):
    """Notes how many tasks were finished when a `fit` ends."""

    def __init__(self):
        super().__init__()
        self.finished = []

    def on_train_end(self, logs=None):
        self.finished.append(int(self.model.finished_tasks))


def test_tasks_with_labels_are_trained_on_and_measured(tmp_path):
    results = train_sequence(labelled(), tmp_path, name="mine", **QUICK)
    assert (results.sequence, results.strategy, results.finished) == ("mine", "lifelong", True)
    assert results.test_sizes == [6, 6]
    assert results.config["batch_size"] is None
    assert 0.25 <= results.measurements[-1]["purity"] <= 1
    names = {path.name for path in tmp_path.iterdir()}
    assert {"results.json", "model.keras", "samples-02.png", "negative-elbo.png"} <= names


def test_what_needs_labels_is_left_out_without(tmp_path):
    results = train_sequence(unlabelled(4, 4, 1), tmp_path, "naive", **QUICK)
    assert results.sequence == "own"
    for measured in results.measurements:
        assert (measured["purity"], measured["mutual_information"]) == (None, None)
    assert 0 <= results.measurements[-1]["agreement"] <= 1
    assert results.training_images == 2 * 16


def test_tasks_of_vectors_have_no_pictures_of_images(tmp_path):
    results = train_sequence(unlabelled(6), tmp_path, "naive", **QUICK)
    assert results.finished
    assert [path.name for path in tmp_path.glob("*.png")] == ["negative-elbo.png"]


def test_images_that_nobody_counted_are_counted(tmp_path):
    results = train_sequence(streamed(), tmp_path, "naive", **QUICK)
    assert results.test_sizes == [8, 8]
    assert results.training_images == 2 * 12
    assert results.mean_negative_elbo == pytest.approx(np.mean(results.negative_elbo[-1]))


def test_a_run_of_other_tasks_is_not_gone_on_with(tmp_path):
    class Killed(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            if int(self.model.finished_tasks) == 1:
                raise ConnectionError

    with pytest.raises(ConnectionError):
        train_sequence(unlabelled(4, 4, 1), tmp_path, "naive", callbacks=[Killed()], **QUICK)
    before = contents(tmp_path)
    other = unlabelled(4, 4, 1, names=("a", "c"))
    with pytest.raises(ValueError, match=r"tasks \(was \['a', 'b'\], now \['a', 'c'\]\)"):
        train_sequence(other, tmp_path, "naive", **QUICK)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_tasks": 1}, "`num_tasks` must be None for a `TaskSequence`, received 1"),
        ({"batch_size": 8}, "`batch_size` must be None for a `TaskSequence`, received 8"),
        ({"data_dir": "here"}, "`data_dir` must be None for tasks of your own, received 'here'"),
        ({"source_dir": "here"}, "`source_dir` must be None for tasks of your own"),
        ({"standin": True}, "`standin` must be False for tasks of your own"),
    ],
)
def test_what_is_for_named_sequences_is_refused(tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        train_sequence(unlabelled(4, 4, 1), tmp_path / "out", **{**QUICK, **changes})
    assert not (tmp_path / "out").exists()


def test_tasks_without_test_images_are_refused_by_name(tmp_path):
    arrays = {"a": {"train": noise(9, 2), "test": noise(9, 2)}, "b": noise(9, 2)}
    with pytest.raises(ValueError, match=r"test images in every task, .* received none in b"):
        train_sequence(klv.tasks.from_arrays(arrays), tmp_path / "out")


def test_something_else_is_no_sequence(tmp_path):
    with pytest.raises(TypeError, match="a name or a `TaskSequence`, received list"):
        train_sequence([1, 2], tmp_path / "out")


def test_callbacks_are_called_in_every_fit_before_the_task_ends(tmp_path):
    recorder = Recorder()
    train_sequence(unlabelled(4, 4, 1), tmp_path, "naive", callbacks=[recorder], **QUICK)
    assert recorder.finished == [0, 1]


def test_epochs_that_a_callback_saved_are_not_counted(tmp_path):
    stop = keras.callbacks.LambdaCallback()
    stop.on_epoch_end = lambda epoch, logs: setattr(stop.model, "stop_training", epoch == 1)
    options = {**QUICK, "epochs": 5}
    results = train_sequence(unlabelled(4, 4, 1), tmp_path, "naive", callbacks=[stop], **options)
    assert results.training_images == 2 * 2 * 16
    assert [epoch["images"] for epoch in results.history] == [16, 32, 48, 64]


def test_a_strategy_is_taken_as_an_object_too(tmp_path):
    naive = klv.strategies.get("naive")
    assert train_sequence(unlabelled(4, 4, 1), tmp_path, naive, **QUICK).strategy == "naive"


def test_a_registered_sequence_is_known_by_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(sequences, "SEQUENCES", dict(sequences.SEQUENCES))
    asked = []

    def mine(**loading):
        """Noise, twice."""
        asked.append(loading)
        return unlabelled(4, 4, 1)

    sequences.register("mine", mine)
    assert sequences.names()[-1] == "mine"
    assert sequences.get("mine").description == "Noise, twice"
    results = train_sequence("mine", tmp_path, "naive", 3, num_tasks=1, batch_size=16, **QUICK)
    assert (results.sequence, results.tasks) == ("mine", ["a"])
    assert asked == [{"num_tasks": 1, "batch_size": 16, "seed": 3}]
    sequences.register("mine", sequences.get("digits-split"))
    assert sequences.get("mine") is sequences.get("digits-split")


@pytest.mark.parametrize("name", ["digits-split", "two words", "../up"])
def test_a_sequence_has_a_new_plain_name(name):
    with pytest.raises(ValueError, match="`name` must be a new one of letters"):
        sequences.register(name, sequences.get("digits-split"))


def test_a_comparison_of_own_tasks_does_without_a_classifier_if_it_must(tmp_path, capsys):
    recorder = Recorder()
    names, tasks = ["naive", "full-batch"], unlabelled(4, 4, 1)
    runs = run_grid(tasks, tmp_path, names, [0], name="mine", callbacks=[recorder], **QUICK)
    assert [(run.sequence, run.strategy, run.finished) for run in runs] == [
        ("mine", "naive", True),
        ("mine", "full-batch", True),
    ]
    assert recorder.finished == [0, 1, 0]
    assert capsys.readouterr().out.count("No classifier, and so no distance") == 1
    assert runs[0].measurements[-1]["frechet_distance"] is None
    assert (tmp_path / "cells" / "naive-0" / "specimens.npz").exists()
    settings = json.loads((tmp_path / "grid.json").read_text())
    assert (settings["sequence"], settings["tasks"]) == ("mine", ["a", "b"])
    assert run_grid(tasks, tmp_path, names, [0], name="mine", **QUICK) == runs
    with pytest.raises(ValueError, match=r"tasks \(was \['a', 'b'\], now \['a', 'c'\]\)"):
        run_grid(unlabelled(4, names=("a", "c")), tmp_path, names, [0], name="mine", **QUICK)


def test_what_a_strategy_cannot_do_with_own_tasks_is_said_before_any_training(tmp_path):
    with pytest.raises(TypeError, match="images in memory"):
        run_grid(streamed(), tmp_path / "out", ["naive", "full-batch"], [0], **QUICK)
    assert not (tmp_path / "out").exists()
