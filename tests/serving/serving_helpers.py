"""An export to serve, and the clients of `export/` as processes of their own."""

import io
import os
import re
import runpy
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec
from pathlib import Path

import keras
import numpy as np

from keras_lifelong_vae import LifelongVAE, TeacherRollover, data, export_saved_model, networks

ROOT = Path(find_spec("keras_lifelong_vae").origin).resolve().parents[1]
EXPORT = ROOT / "export"
NAME = "lifelong_vae"
CLIENTS = {"rest_client.py": "rest", "grpc_client.py": "grpc"}  # script to what it speaks
EVENT_SHAPE = (8, 8, 1)
SECONDS = 120
LOG_LINE = re.compile(r"WARNING: All log messages before|[IWE]\d{4} ")


def digits(label, count):
    """Real 8x8 digits of one class, floats in [0, 1]."""
    arrays = data.load("digits")
    return (arrays.test_images[arrays.test_labels == label][:count] / 255).astype("float32")


def export_two_versions(directory: Path) -> None:
    """Version 1 has learned the digit 0, version 2 the digit 1 as well."""
    network = networks.dense(EVENT_SHAPE, units=(32, 32), seed=0)
    model = LifelongVAE(EVENT_SHAPE, latent_dim=4, network=network, seed=0)
    model.compile(keras.optimizers.Adam(3e-3), run_eagerly=True)
    for label in (0, 1):
        model.fit(digits(label, 32), epochs=3, callbacks=[TeacherRollover()], verbose=0)
        export_saved_model(model, directory)


def start_client(script: str, server: str, *arguments: str, directory: Path) -> subprocess.Popen:
    """`python export/<script>` at work in `directory`, with nothing of ours to import."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.Popen(
        [sys.executable, EXPORT / script, "--server", server, "--timeout", "60", *arguments],
        cwd=directory,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(client: subprocess.Popen) -> tuple[int, str, str]:
    """Exit status, output and errors of a client, without what TensorFlow logs when it starts."""
    output, errors = client.communicate(timeout=SECONDS)
    own = [line for line in errors.splitlines(keepends=True) if not LOG_LINE.match(line)]
    return client.returncode, output, "".join(own)


def run_apart(script: str, server: str, *arguments: str, directory: Path) -> tuple[int, str, str]:
    """A client from start to end, in a process of its own."""
    return ended(start_client(script, server, *arguments, directory=directory))


def run_here(script: str, server: str, *arguments: str, directory: Path) -> tuple[int, str, str]:
    """The same in this process, which has TensorFlow imported already: that takes seconds."""
    sys.path.insert(0, str(EXPORT))
    try:
        main = runpy.run_path(str(EXPORT / script))["main"]
    finally:
        sys.path.remove(str(EXPORT))
    output, errors, before = io.StringIO(), io.StringIO(), Path.cwd()
    os.chdir(directory)
    try:
        with redirect_stdout(output), redirect_stderr(errors):
            status = main(["--server", server, "--timeout", "60", *arguments])
    finally:
        os.chdir(before)
    return status, output.getvalue(), errors.getvalue()


def written(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an `.npz` file."""
    with np.load(path) as arrays:
        return dict(arrays)
