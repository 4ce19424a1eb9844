"""The layout that servers poll, `path/name/version`, and how a version appears in it at once."""

import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tensorflow as tf

from keras_lifelong_vae.checks import check_positive_int

FILES = (".h5", ".hdf5", ".keras", ".onnx", ".pb", ".tflite", ".zip")  # what models are kept in
PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def next_version(base: Path) -> int:
    """1 + the largest version there is; what is not a number is none."""
    return 1 + max(_versions(base), default=0)


def check_target(path: Any, name: Any, version: Any) -> Path:
    """The directory of all versions, once sure that `version`, if given, can appear in it."""
    if not isinstance(name, str) or not PLAIN_NAME.fullmatch(name):
        raise ValueError(
            "`name` must be a plain directory name of letters, digits, '_', '.' and '-', "
            f"received {name!r}."
        )
    base = check_directory(path, "in which `name`/`version` is made") / name
    if base.exists() and not base.is_dir():
        raise NotADirectoryError(f"`path` must be a directory, received the file {base}.")
    if version is not None and check_positive_int(version, "version") in _versions(base):
        raise FileExistsError(
            f"`version` must be a new one, received {version}, which is in {base}. "
            "An export is never overwritten; leave `version` out for the next one."
        )
    return base


def check_directory(path: Any, use: str) -> Path:
    """`path`, once sure that it can be a directory; the message says what its `use` is."""
    directory = Path(path)
    if directory.suffix.lower() in FILES and not directory.is_dir():
        raise ValueError(
            f"`path` must be a directory, {use}, received the name of a file, {directory}."
        )
    for one in (directory, *directory.parents):
        if one.exists() and not one.is_dir():
            raise NotADirectoryError(f"`path` must be a directory, received the file {one}.")
    return directory


def write_version(base: Path, version: int, write: Callable[[Path], object]) -> Path:
    """Lets `write` fill a directory beside the versions, then renames it to `version`.

    Its name is no number, so servers pass it by; it is left behind only by a killed process.

    Raises:
        OSError: If it can't be written, as on a full disk; nothing is left of it then.
    """
    base.mkdir(parents=True, exist_ok=True)
    final = base / str(version)
    temporary = base / f".incomplete-{uuid.uuid4().hex}"
    temporary.mkdir()
    try:
        with naming(final):
            write(temporary)
        if version in _versions(base):
            raise FileExistsError(f"{final} has appeared while it was written here; export again.")
        temporary.rename(final)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return final


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Turns errors of the disk, TensorFlow's own among them, into one that names `path`."""
    try:
        yield
    except OSError as error:
        raise OSError(f"{path} can't be written: {error.strerror or error}.") from error
    except tf.errors.OpError as error:
        reason = error.message.split("; ")[-1].split(" [Op:")[0]
        raise OSError(f"{path} can't be written: {reason}.") from error


def _versions(base: Path) -> set[int]:
    paths = base.iterdir() if base.is_dir() else ()
    return {int(path.name) for path in paths if path.name.isascii() and path.name.isdigit()}
