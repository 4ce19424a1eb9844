import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import keras_lifelong_vae as klv
from keras_lifelong_vae import cli, data, experiments, strategies
from keras_lifelong_vae.callbacks import SAVE_FREQ, Terminated
from keras_lifelong_vae.cli import known
from keras_lifelong_vae.cli.main import TERMINATED
from keras_lifelong_vae.experiments import Results, sequences
from keras_lifelong_vae.experiments.options import DECAYS
from keras_lifelong_vae.experiments.run_directory import RunDirectory

TINY = ["--tasks=2", "--epochs=1", "--batch-size=64", "--latent-dim=3", "--verbose=0"]
OPTIONS = (
    *("--strategy", "--seed", "--out", "--overwrite", "--save-freq", "--tasks", "--verbose"),
    *(
        "--tensorboard",
        "--callback",
        "--standin",
        "--data-dir",
        "--source-dir",
        "--epochs",
        "--batch-size",
        "--learning-rate",
    ),
    *("--learning-rate-decay", "--jit-compile", "--no-jit-compile", "--latent-dim"),
    *("--categories-per-task", "--network", "--likelihood", "--set", "--import"),
)


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def help_of(capsys, *command):
    with pytest.raises(SystemExit) as end:
        cli.main([*command, "--help"])
    assert end.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("command", ["", "train", "compare", "data", "report", "export", "learn"])
def test_help_loads_nothing_heavy(command):
    """In a fresh process: what is imported, not how long it takes."""
    run = [sys.executable, "-X", "importtime", "-m", "keras_lifelong_vae", command, "--help"]
    done = subprocess.run([part for part in run if part], capture_output=True, text=True)
    assert done.returncode == 0
    assert "usage: lifelong-vae" in done.stdout
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "keras_lifelong_vae.cli.main" in imported
    roots = {name.partition(".")[0] for name in imported}
    assert not roots & {"tensorflow", "keras", "numpy", "tensorflow_probability", "matplotlib"}


def test_what_the_help_knows_is_what_there_is():
    specs = {name: known.described(sequences.get(name)) for name in sequences.names()}
    assert known.sequences() == specs
    assert {*known.SEQUENCES} == {*sequences._OWN}
    described = {name: strategies.get(name).description for name in strategies.names()}
    assert known.strategies() == described
    assert data.names() == known.DATA_SETS
    assert (known.DECAYS, known.SAVE_FREQ) == (DECAYS, SAVE_FREQ)
    assert Terminated().code == TERMINATED


def test_help_of_train_mentions_every_sequence_and_option(capsys):
    text = help_of(capsys, "train")
    assert [name for name in (*sequences.names(), *OPTIONS) if name not in text] == []
    assert max(map(len, text.splitlines())) <= 80


def test_help_of_compare_mentions_every_strategy_and_option(capsys):
    text = help_of(capsys, "compare")
    wanted = (
        *strategies.names(),
        "--strategies",
        "--seeds",
        "--out",
        "--tasks",
        "--iwae",
        "--standin",
    )
    assert [name for name in wanted if name not in text] == []
    assert max(map(len, text.splitlines())) <= 80


def test_every_option_reaches_the_comparison(monkeypatch):
    called = {}
    monkeypatch.setattr(
        experiments, "run_grid", lambda *args, **kwargs: called.update(kwargs, args=args)
    )
    arguments = """compare mnist-to-svhn --standin --strategies naive ewc --seeds 3 4 --out there
        --tensorboard B --tasks 1 --iwae 50 --verbose 2 --data-dir D --epochs 4
        --set ewc.weight=3"""
    assert cli.main(arguments.split()) == 0
    assert called.pop("callbacks")(Path("run")) == []
    given = {name: value for name, value in called.items() if value is not None}
    assert given == {
        "args": ("mnist-to-svhn", "there"),
        "standin": True,
        "names": ["naive", "ewc"],
        "seeds": [3, 4],
        "num_tasks": 1,
        "importance_samples": 50,
        "tensorboard": "B",
        "verbose": 2,
        "data_dir": "D",
        "epochs": 4,
        "ewc.weight": 3,
    }


def test_help_of_data_mentions_every_data_set_and_option(capsys):
    text = help_of(capsys, "data")
    wanted = (*data.names(), "--data-dir", "--source-dir")
    assert [name for name in wanted if name not in text] == []


def test_help_mentions_the_commands(capsys):
    text = help_of(capsys)
    assert "lifelong-vae data fashion_mnist" in text
    assert "lifelong-vae train digits-split" in text


def test_every_option_reaches_the_training(monkeypatch, tmp_path):
    called = {}

    def train(*args, **kwargs):
        called.update(kwargs, args=args)
        return Results("", "", 0, 1, [], [], [], {}, mean_negative_elbo=1.0)

    monkeypatch.setattr(experiments, "train_sequence", train)
    arguments = """train mnist-permuted --strategy naive --seed 3 --overwrite --save-freq 7
        --tasks 2 --verbose 2 --tensorboard B --standin --data-dir D --source-dir S
        --epochs 4 --batch-size 5
        --learning-rate 0.1 --learning-rate-decay cosine --no-jit-compile --latent-dim 6
        --categories-per-task 2
        --network convolutional --likelihood gaussian
        --set replay.mode=in_batch replay.ratio=3 --set consistency.weight=0.5"""
    assert cli.main([*arguments.split(), "--out", str(tmp_path)]) == 0
    assert called.pop("callbacks")(tmp_path) == []
    assert called == {
        "args": ("mnist-permuted", str(tmp_path), "naive", 3),
        "overwrite": True,
        "save_freq": 7,
        "num_tasks": 2,
        "verbose": 2,
        "tensorboard": "B",
        "standin": True,
        "data_dir": "D",
        "source_dir": "S",
        "epochs": 4,
        "batch_size": 5,
        "learning_rate": 0.1,
        "learning_rate_decay": "cosine",
        "jit_compile": False,
        "latent_dim": 6,
        "categories_per_task": 2,
        "network": "convolutional",
        "likelihood": "gaussian",
        "replay.mode": "in_batch",
        "replay.ratio": 3,
        "consistency.weight": 0.5,
    }


def test_train_refuses_to_overwrite_unless_told_to(tmp_path, capsys):
    out = tmp_path / "run"
    command = ["train", "digits-split", *TINY, "--out", str(out)]
    assert cli.main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines[:2]] == ["Task 1 of 2, 0", "Task 2 of 2, 1"]
    assert lines[-1].startswith("mean -ELBO over all test images: ")

    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert cli.main(command) == 1
    assert "--overwrite" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before

    assert cli.main([*command, "--overwrite", "--seed", "1"]) == 0
    assert json.loads((out / "results.json").read_text())["seed"] == 1


def test_help_of_export_mentions_every_option(capsys):
    text = help_of(capsys, "export")
    assert [n for n in ("RUN_DIR", "--to", "--name", "--version") if n not in text] == []
    assert max(map(len, text.splitlines())) <= 80


def test_a_run_is_exported_with_its_figures_and_looked_at_as_told(tmp_path, capsys, monkeypatch):
    model = klv.LifelongVAE((2, 2, 1), seed=0, network=klv.networks.dense((2, 2, 1), (4,), seed=0))
    results = Results("digits-split", "naive", 7, 1, ["0"], ["0"], [10], {})
    results = results.after_stage([2.5], training_images=10, seconds=1.0)
    RunDirectory(tmp_path).save(model, results)
    monkeypatch.chdir(tmp_path)
    assert cli.main(["export", ".", "--to", "served", "--name", "digits", "--version", "4"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Exported after 0 tasks: served/digits/4\n")
    facts = json.loads(Path("served/digits/4/assets.extra/signature.json").read_text())
    assert facts["figures"] == {
        "mean -ELBO on all test images (nats per image)": 2.5,
        "tasks of the sequence": 1,
        "sequence": "digits-split",
        "strategy": "naive",
        "seed": 7,
        "date": results.date,
    }
    assert cli.main(["export", ".", "--to", "served", "--name", "digits", "--version", "4"]) == 1
    assert "`version` must be a new one, received 4" in capsys.readouterr().err

    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    lines = [f"saved_model_cli {line}" for line in printed.split("saved_model_cli ")[1:]]
    programs = [subprocess.Popen(line, shell=True, env=environment) for line in lines]
    assert [program.wait() for program in programs] == [0, 0]
    assert np.load("generated/images.npy").shape == (3, 2, 2, 1)


def test_export_of_a_directory_without_a_model_says_what_is_missing(tmp_path, capsys):
    assert cli.main(["export", str(tmp_path), "--to", str(tmp_path / "served")]) == 1
    assert "RUN_DIR must hold model.keras, received" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_module_runs_as_a_program(tmp_path):
    command = [sys.executable, "-m", "keras_lifelong_vae", "train", "digits-split", "--out", "run"]
    here = Path(cli.__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": here, "CUDA_VISIBLE_DEVICES": ""}
    environment.pop("TF_CPP_MIN_LOG_LEVEL", None)  # which the tests have set
    done = subprocess.run(
        [*command, *TINY, "--tasks=1"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")  # TensorFlow says nothing
    results = json.loads((tmp_path / "run" / "results.json").read_text())
    assert results["finished"]
    assert f"{results['mean_negative_elbo']:.2f} nats" in done.stdout


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=3", 3),
        ("a.b=0.5", 0.5),
        ("a=None", None),
        ("a=(1, 'x')", (1, "x")),
        ("a=prior", "prior"),
        ("a=x=y", "x=y"),
        ("a=[1", "[1"),
    ],
)
def test_a_value_is_a_python_literal_or_else_a_word(text, value):
    options = cli.build_parser().parse_args(["train", "digits-split", "--set", text])
    assert options.settings == [(text.split("=")[0], value)]


@pytest.mark.parametrize(
    "text", ["replay.ratio", "replay.ratio=", "=3", "replay-ratio=3", "a..b=1"]
)
def test_what_is_no_setting_is_one_clear_error(text, capsys):
    with pytest.raises(SystemExit):
        cli.main(["train", "digits-split", "--set", text])
    error = (
        f"error: argument --set: must be OPTION=VALUE, such as replay.ratio=3, received '{text}'"
    )
    assert capsys.readouterr().err.endswith(f"{error}\n")


def test_what_has_an_argument_of_its_own_is_not_set_otherwise(capsys):
    with pytest.raises(SystemExit):
        cli.main(["train", "digits-split", "--set", "latent_dim=3"])
    assert "--set: latent_dim must be given as an argument of its own" in capsys.readouterr().err


OWN = """
import keras_lifelong_vae as klv
from keras_lifelong_vae.experiments import sequences
from {name}_helper import NAME

klv.strategies.register(NAME, klv.strategies.get("naive"))
sequences.register("{name}-tasks", lambda **loading: klv.tasks.split_by_class("digits")[:2])
"""


@pytest.fixture
def own(tmp_path, monkeypatch, request):
    """A file of one's own, with a helper beside it; what it registers is forgotten afterwards."""
    name = f"own_{request.node.name.split('[')[0][-20:]}"
    (tmp_path / f"{name}.py").write_text(OWN.format(name=name))
    (tmp_path / f"{name}_helper.py").write_text(f"NAME = '{name}'")
    monkeypatch.setattr(sequences, "SEQUENCES", dict(sequences.SEQUENCES))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(strategies, "_REGISTERED", dict(strategies._REGISTERED))
    monkeypatch.chdir(tmp_path)
    return name


def test_what_a_file_registers_is_known_to_the_command_line(own, tmp_path, capsys):
    text = help_of(capsys, "--import", str(tmp_path / f"{own}.py"), "compare")
    assert f"  {own}" in text
    options = [f"--strategy={own}", "--out=run", "--epochs=1", "--latent-dim=2", "--verbose=0"]
    assert cli.main(["train", f"{own}-tasks", *options, f"--import={own}.py"]) == 0
    results = json.loads(Path("run/results.json").read_text())
    assert (results["sequence"], results["tasks"]) == (f"{own}-tasks", ["0", "1"])


def test_a_module_is_imported_by_its_dotted_name(own, capsys):
    assert f"{own}-tasks" in help_of(capsys, "train", "--import", own)


@pytest.mark.parametrize("missing", ["nowhere.py", "no_such.module"])
def test_what_cannot_be_imported_is_one_line(missing, capsys):
    assert cli.main(["--import", missing, "train", "digits-split"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("lifelong-vae: error: ")
    assert error.count("\n") == 1
    assert missing.split(".")[0] in error


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "cifar"], ["cifar", *sequences.names()]),
        (["train", "digits-split", "--strategy", "gem"], ["gem", "lifelong", "naive"]),
        (["compare", "cifar", "--out", "x"], ["cifar", *sequences.names()]),
        (["data", "cifar"], ["cifar", *data.names()]),
        ([], ["data", "train"]),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(arguments, words, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    message = capsys.readouterr().err
    assert [word for word in words if word not in message] == []


def test_a_wrong_value_is_one_line_and_no_traceback(tmp_path, capsys):
    assert cli.main(["train", "digits-split", "--out", str(tmp_path), "--latent-dim", "0"]) == 1
    error = capsys.readouterr().err
    assert error == (
        "lifelong-vae: error: `latent_dim` must be an integer of at least 1, received 0.\n"
    )


def test_an_unknown_strategy_is_one_line_that_lists_the_known_ones(tmp_path, capsys):
    out = tmp_path / "grid"
    assert cli.main(["compare", "digits-split", "--strategies", "gem", "--out", str(out)]) == 1
    error = capsys.readouterr().err
    known = ", ".join(strategies.names())
    assert error == f"lifelong-vae: error: `strategies` must be one of {known}, received 'gem'.\n"
    assert not out.exists()


def test_where_svhn_cannot_be_had_the_message_names_the_stand_in(monkeypatch, tmp_path, capsys):
    def load(name, *places):
        raise data.DataUnavailableError(f"'{name}' can't be had here.")

    monkeypatch.setattr(sequences.data, "load", load)
    out = tmp_path / "grid"
    assert cli.main(["compare", "svhn-to-mnist", "--out", str(out)]) == 1
    assert capsys.readouterr().err == (
        "lifelong-vae: error: 'svhn_cropped' can't be had here.\n"
        "Or pass `standin=True` (--standin): SynthDigits (stand-in for SVHN), "
        "which is drawn here.\n"
    )
    assert not out.exists()


def test_an_interrupted_run_says_how_to_go_on(monkeypatch, capsys):
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(experiments, "train_sequence", interrupt)
    assert cli.main(["train", "digits-split"]) == 130
    assert capsys.readouterr().err == (
        "\nInterrupted. What was learned is kept: the same command goes on.\n"
    )


def test_sigterm_says_the_same_and_has_an_exit_status_of_its_own(monkeypatch, capsys):
    def terminate(*args, **kwargs):
        signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(experiments, "train_sequence", terminate)
    assert cli.main(["train", "digits-split"]) == 143
    assert capsys.readouterr().err.startswith("\nInterrupted. What was learned is kept")
    assert signal.getsignal(signal.SIGTERM) == before


def test_data_says_where_from_what_and_where_kept(capsys):
    assert cli.main(["data", "digits"]) == 0
    text = capsys.readouterr().out
    assert [
        w for w in ("digits", "scikit-learn", "(8, 8, 1)", "1,437", "360") if w not in text
    ] == []
