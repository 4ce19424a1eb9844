"""The layout that servers poll, `path/name/version`, and how a version appears in it at once."""

import re
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from keras_lifelong_vae.checks import check_positive_int

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
    base = Path(path) / name
    for directory in (base, *base.parents):
        if directory.exists() and not directory.is_dir():
            raise NotADirectoryError(f"`path` must be a directory, received the file {directory}.")
    if version is not None and check_positive_int(version, "version") in _versions(base):
        raise FileExistsError(
            f"`version` must be a new one, received {version}, which is in {base}. "
            "An export is never overwritten; leave `version` out for the next one."
        )
    return base


def write_version(base: Path, version: int, write: Callable[[Path], object]) -> Path:
    """Lets `write` fill a directory beside the versions, then renames it to `version`.

    Its name is no number, so servers pass it by; it is left behind only by a killed process.
    """
    base.mkdir(parents=True, exist_ok=True)
    final = base / str(version)
    temporary = base / f".incomplete-{uuid.uuid4().hex}"
    temporary.mkdir()
    try:
        write(temporary)
        if version in _versions(base):
            raise FileExistsError(f"{final} has appeared while it was written here; export again.")
        temporary.rename(final)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return final


def _versions(base: Path) -> set[int]:
    paths = base.iterdir() if base.is_dir() else ()
    return {int(path.name) for path in paths if path.name.isascii() and path.name.isdigit()}
