"""Exports of models of every kind, asked by processes that know nothing of this package."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from exporting_c_program import COMPILER, build, run
from exporting_helpers import (
    EVENT_SHAPE,
    ask_in_process,
    assert_close,
    golden_inputs,
    small_model,
)
from fresh_process import BY_KERAS

import keras_lifelong_vae as klv
from keras_lifelong_vae.latents import JointLatent, MixturePriorLatent

SIGNATURES = (
    "serving_default",
    "encode",
    "decode",
    "generate",
    "generate_from_prior",
    "score",
    "score_uint8",
)


def convolutional():
    return klv.networks.convolutional(EVENT_SHAPE, (4, 8), 16, seed=0)


def mixture():
    return JointLatent(MixturePriorLatent(5, num_components=3), task_capacity=4)


def custom_pair():
    """Networks with state besides their weights."""
    layers = keras.layers
    encoder = keras.Sequential(
        [
            keras.Input(EVENT_SHAPE),
            layers.Flatten(),
            layers.Dense(24),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
        ]
    )
    hidden = keras.Input((24,))
    values = layers.Dense(64)(layers.LayerNormalization()(hidden))
    return encoder, keras.Model(hidden, layers.Reshape(EVENT_SHAPE)(values))


CASES = {
    "4 tasks, XLA": (4, "float32", {"jit_compile": True, "replay": None}),
    "1 task, convolutional": (1, "float32", {"network": convolutional}),
    "bfloat16, Gaussian": (2, "mixed_bfloat16", {"likelihood": "gaussian"}),
    "float16, convolutional, grown": (
        2,
        "mixed_float16",
        {"network": convolutional, "latent": lambda: JointLatent(5, task_capacity=1)},
    ),
    "custom pair, logistic": (
        2,
        "float32",
        {"network": custom_pair, "likelihood": "discretized_logistic", "categories_per_task": 2},
    ),
    "mixture prior": (2, "float32", {"latent": mixture, "replay": klv.Replay(codes="prior")}),
}


def model_of(tasks, policy, options):
    keras.config.set_dtype_policy(policy)
    try:
        made = {name: one() if callable(one) else one for name, one in options.items()}
        return small_model(tasks, **made)
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """Each model, its export, golden inputs, and what a fresh process answered them with."""
    where = tmp_path_factory.mktemp("outside")
    made, questions = {}, {}
    for number, (case, arguments) in enumerate(CASES.items()):
        model = model_of(*arguments)
        directory = klv.export_saved_model(model, where / str(number))
        inputs = golden_inputs(model)
        made[case] = SimpleNamespace(model=model, directory=directory, inputs=inputs)
        questions[str(directory)] = {
            name: save(inputs[name], where / f"{number}-{name}") for name in SIGNATURES
        }
    (where / "questions.json").write_text(json.dumps(questions))
    program = Path(__file__).with_name("fresh_process.py")
    command = [sys.executable, "-I", program, where / "questions.json", where]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for number, case in enumerate(made.values()):
        files = where.glob(f"{number}-*.npz")
        case.answers = {file.stem.split("-", 1)[1]: dict(np.load(file)) for file in files}
    return made


def save(inputs, path):
    for name, value in inputs.items():
        np.save(f"{path}-{name}.npy", value)
    return {name: f"{path}-{name}.npy" for name in inputs}


ASKED = [f"{name}-tensorflow" for name in SIGNATURES] + [f"{name}-keras" for name in BY_KERAS]


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("case", CASES)
def test_a_process_without_the_package_answers_as_the_model_does(cases, case, asked):
    one, name = cases[case], asked.split("-")[0]
    expected = ask_in_process(one.model, name, one.inputs[name])
    assert {value.dtype.name for value in expected.values()} <= {"float32", "int64"}
    assert_close(one.answers[asked], expected, 1e-5)


# Compiled operations round to bfloat16, of 8 bits, at other places than single ones do.
@pytest.mark.parametrize("case", CASES)
def test_it_answers_as_the_methods_of_the_model_do(cases, case):
    one = cases[case]
    tolerance = 2**-7 if "bfloat16" in case else 1e-5
    encoding = one.model.encode(one.inputs["encode"]["images"])._asdict()
    assert_close(one.answers["encode-tensorflow"], encoding, tolerance)
    images = {"images": one.model.decode(**one.inputs["decode"])}
    assert_close(one.answers["decode-tensorflow"], images, tolerance)


@pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")
def test_a_process_without_python_answers_the_same_bytes(cases, tmp_path):
    program = build(tmp_path / "run_signature")
    for one in cases.values():
        names = ("encode", "generate", "generate_from_prior")
        asked = {name: one.inputs[name] for name in names}
        for name, answers in run(program, one.directory, asked, tmp_path).items():
            assert_close(answers, one.answers[f"{name}-tensorflow"], 0)


def test_the_cases_are_what_they_are_called(cases):
    assert [one.model.active_categories for one in cases.values()] == [4, 1, 2, 2, 4, 2]
    own = [one.model.default_prior for one in cases.values()]
    assert own == ["prior", *["aggregate_posterior"] * 4, "prior"]
    for (_, policy, _), one in zip(CASES.values(), cases.values(), strict=True):
        assert one.model.student.encoder.layers[-1].dtype_policy.name == policy
