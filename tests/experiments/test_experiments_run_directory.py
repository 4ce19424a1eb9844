import os
from dataclasses import replace

import pytest
from experiments_helpers import results

import keras_lifelong_vae as klv
from keras_lifelong_vae.experiments import run_directory
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.experiments.run_directory import RunDirectory


def test_results_and_a_model_of_another_moment_are_refused(tmp_path):
    directory = RunDirectory(tmp_path)
    run = results([[1.0]])
    directory.save(klv.LifelongVAE((2, 2, 1), network="dense"), run)
    with pytest.raises(ValueError, match="received 1 and 0 finished tasks"):
        directory.resume(run)


def test_a_model_without_results_is_not_overwritten_by_resuming(tmp_path):
    (tmp_path / "model.keras").write_text("mine")
    with pytest.raises(FileExistsError, match=r"model\.keras"):
        RunDirectory(tmp_path).resume(results([[1.0]]))


def model_after(stages):
    """A model that says it has finished so many tasks."""
    model = klv.LifelongVAE((2, 2, 1), network="dense", seed=0)
    model.finished_tasks.assign(stages)
    return model


SECOND = results([[1.0, 2.0], [3.0, 4.0]])
FIRST = replace(
    SECOND,
    negative_elbo=SECOND.negative_elbo[:1],
    measurements=SECOND.measurements[:1],
    mean_negative_elbo=None,
    finished=False,
)


def killed(*_, **__):
    raise KeyboardInterrupt


@pytest.mark.parametrize("first", [None, FIRST])
def test_a_run_killed_before_the_results_are_written_goes_on_from_the_stage_before(
    tmp_path, monkeypatch, first
):
    directory = RunDirectory(tmp_path)
    if first:
        directory.save(model_after(1), first)
    with monkeypatch.context() as patch:
        patch.setattr(Results, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            directory.save(model_after(2), SECOND)
    resumed = directory.resume(SECOND)
    if first:
        model, found = resumed
        assert (int(model.finished_tasks), len(found.negative_elbo)) == (1, 1)
        assert [path.name for path in sorted(tmp_path.iterdir())] == ["model.keras", "results.json"]
    else:
        assert resumed is None
        directory.clear()
        assert not list(tmp_path.iterdir())


def test_a_run_killed_after_the_results_are_written_goes_on_from_them(tmp_path, monkeypatch):
    directory, rename = RunDirectory(tmp_path), os.replace
    directory.save(model_after(1), FIRST)
    with monkeypatch.context() as patch:
        patch.setattr(
            run_directory.os,
            "replace",
            lambda old, new: killed() if new == directory.model_path else rename(old, new),
        )
        with pytest.raises(KeyboardInterrupt):
            directory.save(model_after(2), SECOND)
    model, found = directory.resume(SECOND)
    assert (int(model.finished_tasks), len(found.negative_elbo)) == (2, 2)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["model.keras", "results.json"]
