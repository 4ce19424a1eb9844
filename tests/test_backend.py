import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("backend", ["jax", "numpy"])
@pytest.mark.parametrize(
    "command", [["-c", "import keras_lifelong_vae"], ["-m", "keras_lifelong_vae", "data", "digits"]]
)
def test_another_backend_is_one_clear_error(backend, command):
    environment = {**os.environ, "KERAS_BACKEND": backend}
    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert (
        f"Keras must run on TensorFlow for keras_lifelong_vae, received the backend '{backend}'"
        in last
    )
    assert 'KERAS_BACKEND to "tensorflow"' in last
