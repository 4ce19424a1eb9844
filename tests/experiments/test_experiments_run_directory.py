import pytest
from experiments_helpers import results

import keras_lifelong_vae as klv
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
