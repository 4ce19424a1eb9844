"""Data sets on disk, there whole or not at all."""

import logging
import os
import shutil
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from keras_lifelong_vae.data import tfds_store
from keras_lifelong_vae.data.spec import Arrays, DataSpec, Source, TfdsSpec, verify
from keras_lifelong_vae.files import write_atomically

ARRAYS_NAME = "arrays.npz"  # kept beside TFDS's files, as decoding thousands of PNGs is slow
_ABANDONED_AFTER_SECONDS = 24 * 3600.0
_REMOVE_SECONDS = 5.0

logger = logging.getLogger(__name__)


def read_arrays(directory: Path, spec: DataSpec) -> Arrays | None:
    """The verified arrays kept in `directory`; `None` if there are none, damaged or other ones."""
    path = directory / ARRAYS_NAME
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


def write_arrays(directory: Path, arrays: Arrays) -> None:
    write_atomically(directory / ARRAYS_NAME, lambda path: np.savez(path, **arrays._asdict()))


def install(spec: TfdsSpec, source: Source, target: Path) -> None:
    """Gets `spec` from `source`, has TFDS read it back, and moves it to its place, `target`.

    Everything is made in a temporary directory and renamed at the very end, so a kill at any
    moment leaves `target`, `<data_dir>/<name>/<version>`, either absent or whole.
    """
    with staging_directory(target.parent.parent, spec.name) as staging:
        source.prepare(spec, staging)
        prepared = tfds_store.location(spec, staging)
        write_arrays(prepared, tfds_store.read(spec, staging))
        _publish(prepared, target)


def _publish(prepared: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.rename(prepared, target)
    except OSError:
        if not tfds_store.is_prepared(target):
            raise
        logger.info("%s was prepared by another process in the meantime.", target)


@contextmanager
def staging_directory(data_dir: Path, name: str) -> Iterator[Path]:
    """A temporary directory in `data_dir`, removed in the end; abandoned ones are removed, too."""
    prefix = f"incomplete.{name}."
    data_dir.mkdir(parents=True, exist_ok=True)
    for path in data_dir.glob(f"{prefix}*"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _ABANDONED_AFTER_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(dir=data_dir, prefix=prefix))
    try:
        yield staging
    finally:  # threads of a failed TFDS download may still be writing to it
        deadline = time.monotonic() + _REMOVE_SECONDS
        while staging.exists() and time.monotonic() < deadline:
            shutil.rmtree(staging, ignore_errors=True)
            time.sleep(0.05)
