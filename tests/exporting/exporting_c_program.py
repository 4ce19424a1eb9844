"""Building and running `run_signature.c` on TensorFlow's C API, which the wheel carries."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
SOURCE = Path(__file__).with_name("run_signature.c")


def build(path):
    """Compiles the program to `path`."""
    libraries = Path(tf.sysconfig.get_lib())
    linked = [libraries / f"libtensorflow_{name}.so.2" for name in ("cc", "framework")]
    flags = ["-Wall", "-Werror", f"-I{tf.sysconfig.get_include()}", f"-Wl,-rpath,{libraries}"]
    subprocess.run([COMPILER, *flags, SOURCE, *linked, "-o", path], check=True)
    return path


def run(program, directory, asked, where):
    """What the program answers to several signatures at once, as outputs by signature.

    Args:
        program: That `build` made.
        directory: Of the version.
        asked: Inputs by signature, arrays by name.
        where: Directory for the program's files.
    """
    graph = SavedModel.FromString((directory / "saved_model.pb").read_bytes()).meta_graphs[0]
    arguments, answers = [], {}
    for name, inputs in asked.items():
        signature = graph.signature_def[name]
        for key, value in inputs.items():
            file = where / f"{name}-in-{key}"
            file.write_bytes(value.tobytes())
            info, sizes = signature.inputs[key], [value.ndim, *value.shape]
            arguments += ["in", *info.name.split(":"), info.dtype, file, *sizes]
        answers[name] = {key: where / f"{name}-out-{key}" for key in signature.outputs}
        for key, file in answers[name].items():
            arguments += ["out", *signature.outputs[key].name.split(":"), file]
    command = [str(part) for part in (program, directory, *arguments)]
    subprocess.run(command, check=True, capture_output=True, cwd=where, env={"PATH": ""})
    return {
        name: {
            key: _read(file, graph.signature_def[name].outputs[key]) for key, file in files.items()
        }
        for name, files in answers.items()
    }


def _read(path, info):
    shape = [dim.size for dim in info.tensor_shape.dim]  # -1 for the rows
    return np.fromfile(path, tf.as_dtype(info.dtype).as_numpy_dtype).reshape(shape)
