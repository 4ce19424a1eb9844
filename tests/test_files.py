import os

import pytest

from keras_lifelong_vae.files import find_file, write_atomically


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
    assert str(os.getpid()) in seen[0].name  # no other process writes to it
    assert seen[0].parent == tmp_path


def test_a_file_is_found_by_the_first_of_its_names_that_is_there(tmp_path):
    (tmp_path / "b").touch()
    assert find_file(tmp_path, "a", "b") == tmp_path / "b"
    (tmp_path / "a").touch()
    assert find_file(tmp_path, "a", "b") == tmp_path / "a"


def test_a_missing_file_or_directory_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=f"{tmp_path} must hold a file a or b, which is"):
        find_file(tmp_path, "a", "b")
    with pytest.raises(FileNotFoundError, match=f"There is no directory {tmp_path}/nowhere"):
        find_file(tmp_path / "nowhere", "a")
