import pytest
from experiments_helpers import results

import keras_lifelong_vae as klv
from keras_lifelong_vae.experiments.run_directory import RunDirectory
from keras_lifelong_vae.files import write_atomically


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


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "results.json"
    path.write_text("old")

    def fail(temporary):
        temporary.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, fail)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [
        ("results.json", "old")
    ]


def test_a_model_is_written_under_a_name_that_keras_accepts(tmp_path):
    seen = []
    write_atomically(tmp_path / "model.keras", lambda path: (seen.append(path), path.touch()))
    assert seen[0].suffix == ".keras"
    assert seen[0].parent == tmp_path
