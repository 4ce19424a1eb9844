"""The harness of the named sequences takes a user's own tasks and callbacks."""

import keras
import numpy as np
import pytest

import keras_lifelong_vae as klv
from keras_lifelong_vae.experiments import run_grid, train_sequence
from keras_lifelong_vae.experiments.report import write_report

SMALL = {"epochs": 1, "latent_dim": 3, "jit_compile": False}


class CountEpochs(keras.callbacks.Callback):
    epochs = 0

    def on_epoch_end(self, epoch, logs=None):
        type(self).epochs += 1


def own_tasks():
    return klv.tasks.split_by_class("digits", batch_size=64, classes=[1, 3, 5, 7])


def test_train_on_own_tasks_with_own_callbacks(tmp_path):
    CountEpochs.epochs = 0
    results = train_sequence(
        own_tasks(), tmp_path / "mine", strategy="lifelong", callbacks=[CountEpochs()], **SMALL
    )
    assert results.finished
    assert results.tasks == list(own_tasks().names)
    assert np.isfinite(results.negative_elbo).all()
    assert CountEpochs.epochs == 4
    model = keras.models.load_model(tmp_path / "mine" / "model.keras")
    assert int(model.finished_tasks) == 4
    assert (tmp_path / "mine" / "samples-04.png").exists()


@pytest.mark.slow
def test_compare_and_report_own_tasks(tmp_path):
    CountEpochs.epochs = 0
    names = ("naive", "lifelong", "full-batch")
    runs = run_grid(own_tasks(), tmp_path, names, (0,), callbacks=[CountEpochs()], **SMALL)
    assert [run.strategy for run in runs] == list(names)
    assert CountEpochs.epochs == 9  # one stage of full-batch
    write_report(tmp_path)
    report = (tmp_path / "report.md").read_text()
    assert "Made by" in report
    for name in own_tasks().names:
        assert name in report
