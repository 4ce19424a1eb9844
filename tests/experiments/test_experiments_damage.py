"""Damaged `results.json` and `grid.json`: found whole, before anything is written."""

import json
import shutil

import keras
import pytest
from experiments_helpers import contents, read_json, results, train_tiny

from keras_lifelong_vae import cli
from keras_lifelong_vae.experiments import Results, run_grid
from keras_lifelong_vae.experiments.grid import Grid

NAN, INFINITE = float("nan"), float("inf")


class KilledInTask(keras.callbacks.Callback):
    def __init__(self, task):
        super().__init__()
        self.left = task

    def on_train_begin(self, logs=None):
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A run of three tasks that was killed in the third."""
    out = tmp_path_factory.mktemp("killed") / "run"
    with pytest.raises(KeyboardInterrupt):
        train_tiny(out, strategy="naive", callbacks=[KilledInTask(2)])
    return out


def damaged(killed, out, **changes):
    """A copy of the run with other values in its results; the path of the file."""
    shutil.copytree(killed, out)
    path = out / "results.json"
    path.write_text(json.dumps({**read_json(out), **changes}))
    return path


ROWS = [[100.0, 1.0, 2.0], [1.0, 2.0, 3.0]]
DAMAGES = {
    "a text among numbers": (
        {"negative_elbo": [["100", 1.0, 2.0], ROWS[1]]},
        "negative_elbo[0][0]",
    ),
    "no number": ({"negative_elbo": [ROWS[0], [None, 1.0, 2.0]]}, "negative_elbo[1][0]"),
    "true among numbers": ({"negative_elbo": [[True, 1.0, 2.0], ROWS[1]]}, "negative_elbo[0][0]"),
    "a row too short": ({"negative_elbo": [[100.0, 1.0], ROWS[1]]}, "negative_elbo[0]"),
    "no row": ({"negative_elbo": [3.0, ROWS[1]]}, "negative_elbo[0]"),
    "rows missing": ({"negative_elbo": ROWS[:1]}, "measurements"),
    "rows too many": ({"negative_elbo": [*ROWS, *ROWS], "measurements": 4 * [{}]}, "negative_elbo"),
    "said to be finished": ({"finished": True}, "negative_elbo"),
    "an unknown key": ({"negative_elbow": []}, "negative_elbow"),
    "a share": (
        {"measurements": [{"task_shares": [1, 2, 0]}, {}]},
        "measurements[0].task_shares[1]",
    ),
    "a mean of a run that goes on": ({"mean_negative_elbo": 1.0}, "mean_negative_elbo"),
    "a measurement": ({"measurements": [{}, {"purety": 1.0}]}, "measurements[1].purety"),
    "a history": ({"history": [{"images": 5}]}, "history[0].negative_elbo"),
    "a negative count": ({"training_images": -1}, "training_images"),
    "infinite time": ({"train_seconds": INFINITE}, "train_seconds"),
    "sizes": ({"test_sizes": [1, 2]}, "test_sizes"),
    "a name": ({"tasks": ["0", 1, "2"]}, "tasks[1]"),
    "a version": ({"versions": {"numpy": None}}, "versions.numpy"),
    "a seed": ({"seed": 10**30}, "0000"),
}


@pytest.mark.parametrize(("changes", "key"), DAMAGES.values(), ids=DAMAGES)
def test_damage_is_named_by_file_and_key(killed, tmp_path, changes, key):
    path = damaged(killed, tmp_path / "run", **changes)
    with pytest.raises(ValueError, match="must be a whole file") as error:
        Results.read(path)
    assert str(path) in str(error.value)
    assert key in str(error.value)
    assert "No file was changed" in str(error.value)


def test_a_changed_digit_of_the_last_row_is_found(tmp_path):
    path = tmp_path / "results.json"
    results([[250.0, 300.0], [251.0, 201.0]]).write(path)
    Results.read(path)
    path.write_text(path.read_text().replace("251.0", "257.0"))
    with pytest.raises(
        ValueError, match=r"`mean_negative_elbo` must be the mean .* 229\.0, .* 226"
    ):
        Results.read(path)


@pytest.mark.parametrize("key", ["sequence", "tasks", "test_sizes", "config"])
def test_a_missing_key_is_named(killed, tmp_path, key):
    path = damaged(killed, tmp_path / "run")
    content = json.loads(path.read_text())
    del content[key]
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=f"results.json must .* the key `{key}` is missing"):
        Results.read(path)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"[]", b"null", b'{"sequence": "a"', b"\xff\xfe", b'{"seed": 1e999}'),
        *(b"[" * 100_000, b'{"seed": ' + b"1" * 5000 + b"}"),
    ],
    ids=lambda content: content[:12],
)
@pytest.mark.parametrize("name", ["results.json", "grid.json"])
def test_what_is_no_such_file_is_named(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"{path} must be a whole file") as error:
        Results.read(path) if name == "results.json" else Grid(tmp_path).settings
    assert len(str(error.value)) < 1000


def test_a_run_that_goes_on_must_be_finite(killed, tmp_path):
    path = damaged(killed, tmp_path / "run", negative_elbo=[ROWS[0], [1.0, NAN, 2.0]])
    with pytest.raises(ValueError, match=r"finite figures .* received nan for `negative_elbo\[1\]"):
        Results.read(path).check_finite(path)
    whole = killed / "results.json"
    Results.read(whole).check_finite(whole)


def test_a_damaged_run_is_not_gone_on_with(killed, tmp_path, capsys):
    out = tmp_path / "run"
    damaged(killed, out, negative_elbo=[["a", 1.0, 2.0], ROWS[1]])
    before = contents(out)
    options = "--tasks=3 --epochs=1 --batch-size=64 --latent-dim=3 --verbose=0 --strategy=naive"
    arguments = ["train", "digits-split", "--out", str(out), *options.split()]
    assert cli.main(arguments) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"lifelong-vae: error: {out / 'results.json'} must be a whole file")
    assert error.count("\n") == 1
    assert contents(out) == before


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({}, "sequence"),
        ({"sequence": 3}, "sequence"),
        ({"sequence": "digits-split", "option": {}}, "option"),
        ({"sequence": "digits-split", "options": []}, "options"),
        ({"sequence": "digits-split", "standin": 1}, "standin"),
        ({"sequence": "digits-split", "num_tasks": -1}, "num_tasks"),
        ({"sequence": "digits-split", "tasks": [0]}, "tasks[0]"),
    ],
)
def test_a_damaged_grid_is_named_and_left_alone(tmp_path, settings, key):
    text = json.dumps(settings)
    (tmp_path / "grid.json").write_text(text)
    with pytest.raises(ValueError, match=r"grid\.json must be a whole file") as error:
        run_grid("digits-split", tmp_path, ["naive"], [0], num_tasks=1, epochs=1)
    assert f"`{key}`" in str(error.value) or f"'{key}'" in str(error.value)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("grid.json", text)]
