"""A disk that takes no more, by the limit that the system puts on the size of a file."""

import resource
from contextlib import contextmanager

import pytest
import tensorflow as tf

import keras_lifelong_vae as klv
from keras_lifelong_vae import cli
from keras_lifelong_vae.exporting.version_directory import write_version

LIMIT = 40_000  # bytes: larger than what TensorFlow writes to compile a function


@contextmanager
def files_of_at_most(size):
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


@pytest.fixture(scope="module")
def model():
    network = klv.networks.dense((8, 8, 1), (256,), seed=0)
    return klv.LifelongVAE((8, 8, 1), latent_dim=2, network=network, seed=0)


def files(directory):
    return [path for path in directory.rglob("*") if path.is_file()]


def test_a_saved_model_that_does_not_fit_leaves_no_version(model, tmp_path, capsys):
    (tmp_path / "run").mkdir()
    model.save(tmp_path / "run" / "model.keras")
    served = tmp_path / "served"
    with files_of_at_most(LIMIT):
        status = cli.main(["export", str(tmp_path / "run"), "--to", str(served)])
    assert status == 1
    error = capsys.readouterr().err.splitlines()[-1]
    version = served / "lifelong_vae" / "1"
    assert error == f"lifelong-vae: error: {version} can't be written: File too large."
    assert list(version.parent.iterdir()) == []


def test_files_for_devices_that_do_not_fit_leave_the_old_ones(model, tmp_path):
    old = {name: tmp_path / f"{name}.tflite" for name in ("encode", "decode")}
    for path in old.values():
        path.write_text("old")
    message = f"^{tmp_path} can't be written: File too large.$"
    with files_of_at_most(LIMIT), pytest.raises(OSError, match=message):
        klv.exporting.export_litert(model, tmp_path)
    assert sorted(files(tmp_path)) == sorted(old.values())
    assert {path.read_text() for path in old.values()} == {"old"}


def test_a_model_that_does_not_fit_leaves_the_old_file(model, tmp_path):
    path = tmp_path / "model.keras"
    path.write_text("old")
    with files_of_at_most(LIMIT), pytest.raises(OSError, match=f"File too large: '{path}'$"):
        model.save(path)
    assert [file.read_text() for file in files(tmp_path)] == ["old"]


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        tf.errors.ResourceExhaustedError(None, None, "/t/part-0; No space left on device [Op:S]"),
    ],
)
def test_errors_of_python_and_of_tensorflow_are_told_alike(tmp_path, error):
    def write(directory):
        (directory / "saved_model.pb").write_text("half")
        raise error

    with pytest.raises(OSError, match=f"^{tmp_path}/3 can't be written: No space left on device.$"):
        write_version(tmp_path, 3, write)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["model.h5", "model.keras", "MODEL.H5", "saved_model.pb"])
def test_the_name_of_a_file_is_no_directory_to_export_to(model, tmp_path, name):
    for export in (klv.export_saved_model, klv.exporting.export_litert):
        with pytest.raises(ValueError, match=f"`path` must be a directory, .* {tmp_path / name}"):
            export(model, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_names_what_it_takes(tmp_path, capsys):
    model = tmp_path / "model.h5"
    model.write_text("a model")
    assert cli.main(["export", str(model), "--to", str(tmp_path / "served")]) == 1
    assert "RUN_DIR must be the directory of a run, received the file" in capsys.readouterr().err
    (tmp_path / "run").mkdir()
    assert cli.main(["export", str(tmp_path / "run"), "--to", str(tmp_path / "m.h5")]) == 1
    error = capsys.readouterr().err
    assert "`path` must be a directory, in which `name`/`version` is made, received" in error
    assert "error: " in error
    assert error.count("\n") == 1
