import json

import numpy as np
import pytest
from report_helpers import results, write_grid

from keras_lifelong_vae import cli
from keras_lifelong_vae.experiments.report import write_report


def test_a_directory_that_is_no_grid_is_one_clear_error(tmp_path, capsys):
    assert cli.main(["report", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert "`directory` must be one that `lifelong-vae compare` has written" in error
    assert str(tmp_path) in error
    assert "Traceback" not in error


def test_a_grid_without_a_finished_run_is_refused(tmp_path):
    write_grid(tmp_path, [results(R=[[3.0, 9.0]])])
    with pytest.raises(ValueError, match=r"`directory` must .* finished run, received .* 1 begun"):
        write_report(tmp_path)
    assert not (tmp_path / "report.md").exists()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "3",
        '{"sequence": "digits-split"}',
        '{"unknown": 1}',
        pytest.param("\x00\xff", id="bytes"),
    ],
)
def test_broken_results_are_named(tmp_path, text):
    write_grid(tmp_path, [results(), results("naive")])
    (tmp_path / "cells/naive-0/results.json").write_text(text)
    with pytest.raises(ValueError, match=r"naive-0.results\.json must be a whole"):
        write_report(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"strategy": "magic"},
        {"seed": 1},
        {"negative_elbo": [[1.0], [2.0]]},
        {"negative_elbo": [[1.0, 2.0]]},
        {"tasks": None},
    ],
)
def test_results_that_contradict_themselves_are_named(tmp_path, change):
    write_grid(tmp_path, [results()])
    path = tmp_path / "cells/lifelong-0/results.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(ValueError, match=r"results\.json must (be|hold)"):
        write_report(tmp_path)


@pytest.mark.parametrize("name", ["grid.json", "classifier-0/classifier.json"])
def test_other_broken_files_are_named(tmp_path, name):
    write_grid(tmp_path, [results()])
    (tmp_path / name).write_text('{"sequence": 3}')
    with pytest.raises(ValueError, match=rf"{name} must be a whole file"):
        write_report(tmp_path)


def test_a_run_that_diverged_is_left_out_and_named(tmp_path):
    runs = [results(), results("naive", R=[[float("nan"), 9.0], [4.0, 2.0]])]
    write_report(write_grid(tmp_path, runs, images=False))
    text = (tmp_path / "report.md").read_text()
    assert "naive, seed 0: left out, its -ELBO is not finite." in text
    assert "| naive |" not in text


def test_a_grid_whose_runs_have_all_diverged_is_refused(tmp_path):
    run = results(R=[[float("nan"), 9.0], [4.0, 2.0]])
    with pytest.raises(ValueError, match="finite -ELBO"):
        write_report(write_grid(tmp_path, [run]))


def test_another_grid_is_not_mixed_with_this_one(tmp_path):
    grid = write_grid(tmp_path / "grid", [results()])
    other = write_grid(tmp_path / "other", [results()], options={"epochs": 3})
    with pytest.raises(ValueError, match="`to` must be a new directory"):
        write_report(grid, other)
    more = write_grid(tmp_path / "more", [results(), results("naive")])
    with pytest.raises(ValueError, match=r"`to` must be .* cells.naive-0.results\.json"):
        write_report(grid, more)
    assert not (more / "report.md").exists()


def test_a_broken_file_of_images_is_named(tmp_path):
    grid = write_grid(tmp_path / "grid", [results()])
    path = grid / "cells/lifelong-0/specimens.npz"
    content = path.read_bytes()
    for broken in (b"", b"PK", content[:-30], content[:200] + b"\0" * 8 + content[208:]):
        path.write_bytes(broken)
        with pytest.raises(ValueError, match=r"specimens\.npz must be a whole file of images"):
            write_report(grid, tmp_path / "to")
    np.savez(path, samples=np.zeros((4, 8)))
    with pytest.raises(
        ValueError, match=r"specimens\.npz must hold images as bytes, received float"
    ):
        write_report(grid, tmp_path / "to")


def test_a_broken_copy_is_named(tmp_path):
    grid = write_grid(tmp_path / "grid", [results()], images=False)
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "grid.json").write_text("{")
    with pytest.raises(ValueError, match=r"to.grid\.json must be a whole file"):
        write_report(grid, tmp_path / "to")
