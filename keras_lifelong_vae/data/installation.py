"""Puts a data set into TFDS's directory, whole or not at all."""

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from keras_lifelong_vae.data import array_cache, tfds_store
from keras_lifelong_vae.data.spec import Source, TfdsSpec

_ABANDONED_AFTER_SECONDS = 24 * 3600.0
_REMOVE_SECONDS = 5.0

logger = logging.getLogger(__name__)


def install(spec: TfdsSpec, source: Source, target: Path) -> None:
    """Gets `spec` from `source`, has TFDS read it back, and moves it to `target`.

    Everything is made in a temporary directory and renamed at the very end, so a kill at any
    moment leaves `target`, `<data_dir>/<tfds_name>/<version>`, either absent or whole.

    Raises:
        SourceError: If the source is out of reach here.
        OSError: If files are missing, or `target` can't be written.
        ValueError: If what came is not the data set.
    """
    with staging_directory(target.parent.parent, spec.tfds_name) as staging:
        source.prepare(spec, staging)
        prepared = tfds_store.location(spec, staging)
        array_cache.write(prepared, tfds_store.read(spec, staging))
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
    _remove_abandoned(data_dir, prefix)
    staging = Path(tempfile.mkdtemp(dir=data_dir, prefix=prefix))
    try:
        yield staging
    finally:
        _remove(staging)


def _remove(directory: Path) -> None:
    """Removes `directory`, to which threads of a failed TFDS download may still be writing."""
    deadline = time.monotonic() + _REMOVE_SECONDS
    shutil.rmtree(directory, ignore_errors=True)
    while directory.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
        shutil.rmtree(directory, ignore_errors=True)


def _remove_abandoned(data_dir: Path, prefix: str) -> None:
    for path in data_dir.glob(f"{prefix}*"):
        try:
            age = time.time() - path.stat().st_mtime
        except FileNotFoundError:
            continue
        if age > _ABANDONED_AFTER_SECONDS:
            shutil.rmtree(path, ignore_errors=True)
