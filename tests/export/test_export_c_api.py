"""A process without Python: a C program on TensorFlow's C API, the loader that servers use."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from export_helpers import ask, golden_inputs
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
pytestmark = pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")
LIBRARIES = Path(tf.sysconfig.get_lib())


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = tmp_path_factory.mktemp("program") / "run_signature"
    source = Path(__file__).with_name("run_signature.c")
    libraries = [LIBRARIES / f"libtensorflow_{name}.so.2" for name in ("cc", "framework")]
    flags = ["-Wall", "-Werror", f"-I{tf.sysconfig.get_include()}", f"-Wl,-rpath,{LIBRARIES}"]
    subprocess.run([COMPILER, *flags, source, *libraries, "-o", path], check=True)
    return path


def signature_def(directory, name):
    graph = SavedModel.FromString((directory / "saved_model.pb").read_bytes()).meta_graphs[0]
    return graph.signature_def[name]


def run(program, directory, name, inputs, where):
    """The signature's answers, with dtype and shape of `inputs` and of the signature."""
    signature = signature_def(directory, name)
    arguments, files = [], {}
    for key, value in inputs.items():
        info = signature.inputs[key]
        (where / key).write_bytes(value.tobytes())
        sizes = [value.ndim, *value.shape]
        arguments += ["in", *info.name.split(":"), info.dtype, where / key, *sizes]
    for key, info in signature.outputs.items():
        files[key] = where / f"out-{key}"
        arguments += ["out", *info.name.split(":"), files[key]]
    command = [str(part) for part in (program, directory, *arguments)]
    subprocess.run(command, check=True, capture_output=True, cwd=where, env={"PATH": ""})
    return {key: path.read_bytes() for key, path in files.items()}


@pytest.mark.parametrize("rows", [1, 7])
@pytest.mark.parametrize("name", ["encode", "generate", "score_uint8"])
def test_a_program_without_python_answers_the_same_bytes(program, exported, tmp_path, name, rows):
    inputs = golden_inputs(exported.model, rows)[name]
    answers = run(program, exported.directory, name, inputs, tmp_path)
    expected = ask(exported.loaded, name, inputs)
    assert answers == {key: value.tobytes() for key, value in expected.items()}
    assert all(np.isfinite(value).all() for value in expected.values())
