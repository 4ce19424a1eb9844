"""Files that are written whole or not at all, and found by one of their names."""

import os
from collections.abc import Callable
from pathlib import Path


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Lets `write` write to a temporary name beside `path`, then renames it.

    Args:
        path: What the file will be called; one that exists is replaced.
        write: Called with the temporary path, which has the suffix of `path`.

    Raises:
        OSError: If it can't be written, as on a full disk; it names `path`, which is as it was.
    """
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")
    try:
        write(temporary)
        os.replace(temporary, path)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error
    finally:
        temporary.unlink(missing_ok=True)


def find_file(directory: Path, *names: str) -> Path:
    """Returns the first file in `directory` that has one of `names`.

    Raises:
        FileNotFoundError: If there is none.
    """
    for name in names:
        if (directory / name).is_file():
            return directory / name
    if not directory.is_dir():
        raise FileNotFoundError(f"There is no directory {directory}.")
    raise FileNotFoundError(f"{directory} must hold a file {' or '.join(names)}, which is missing.")
