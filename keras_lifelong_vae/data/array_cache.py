"""The arrays of a prepared data set in one file, as decoding tens of thousands of PNGs is slow."""

import logging
import os
import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

from keras_lifelong_vae.data.checksums import verify
from keras_lifelong_vae.data.spec import Arrays, DataSpec

FILE_NAME = "arrays.npz"

logger = logging.getLogger(__name__)


def read(directory: Path, spec: DataSpec) -> Arrays | None:
    """Reads the arrays kept in `directory`.

    Args:
        directory: Where the data set lies.
        spec: The data set.

    Returns:
        The verified arrays, or `None` if the file is missing, damaged or of other data.
    """
    path = directory / FILE_NAME
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = Arrays(*(file[field] for field in Arrays._fields))
        verify(arrays, spec, str(path))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        logger.warning("The arrays kept beside the TFDS data are read anew: %s", error)
        return None
    return arrays


def write(directory: Path, arrays: Arrays) -> None:
    """Keeps the arrays in `directory`, whole or not at all."""
    descriptor, temporary = tempfile.mkstemp(dir=directory, prefix="incomplete.", suffix=".npz")
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, **arrays._asdict())
        os.chmod(temporary, 0o644)
        os.replace(temporary, directory / FILE_NAME)
    finally:
        Path(temporary).unlink(missing_ok=True)
