import pytest

from keras_lifelong_vae.files import write_atomically


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
