"""TensorFlow without what it says as it is loaded."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from keras_lifelong_vae.backend import check_backend

LEVEL = "TF_CPP_MIN_LOG_LEVEL"


def load_quietly() -> None:
    """Imports the package and TensorFlow; who sets TF_CPP_MIN_LOG_LEVEL to 0 hears everything."""
    if os.environ.setdefault(LEVEL, "3") == "0":
        _load()
        return
    with _standard_error_held_back():
        _load()


def _load() -> None:
    check_backend()
    import keras_lifelong_vae.experiments
    import keras_lifelong_vae.exporting  # noqa: F401


@contextmanager
def _standard_error_held_back() -> Iterator[None]:
    """Of the whole process, C++ included, whose first lines heed no level; shown on an error."""
    sys.stderr.flush()
    before = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        except BaseException:
            held_back.seek(0)
            os.write(before, held_back.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(before, 2)
            os.close(before)
