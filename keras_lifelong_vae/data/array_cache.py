"""The arrays of a prepared data set in one file, as decoding tens of thousands of PNGs is slow."""

import logging
import zipfile
import zlib
from pathlib import Path

import numpy as np

from keras_lifelong_vae.data.checksums import verify
from keras_lifelong_vae.data.spec import Arrays, DataSpec
from keras_lifelong_vae.files import write_atomically

FILE_NAME = "arrays.npz"

logger = logging.getLogger(__name__)


def read(directory: Path, spec: DataSpec) -> Arrays | None:
    """Reads the verified arrays of `spec`; `None` if there are none, damaged or other ones."""
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
    write_atomically(directory / FILE_NAME, lambda path: np.savez(path, **arrays._asdict()))
