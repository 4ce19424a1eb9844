"""Files that are written whole or not at all, and found by one of their names."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout


def write_atomically(
    path: Path, write: Callable[[Path], object], check: Callable[[Path], object] | None = None
) -> None:
    """Lets `write` write to a temporary name beside `path`, then renames it.

    What was written has reached the disk before it is renamed, and the new name before this
    returns, so that a machine that loses power keeps the old file or has the new one.

    Args:
        path: What the file will be called; one that exists is replaced.
        write: Called with the temporary path, which has the suffix of `path`.
        check: Called with the temporary path as well; raises if what was written is not right.

    Raises:
        OSError: If it can't be written, as on a full disk; it names `path`, which is as it was.
    """
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")
    try:
        write(temporary)
        _flush(temporary)
        if check is not None:
            check(temporary)
        os.replace(temporary, path)
        _flush(path.parent)
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error
    finally:
        with suppress(OSError):  # the first error counts
            temporary.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Waits until a file or the names in a directory are on disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows can't open one
    descriptor = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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


@contextmanager
def locked(directory: Path, name: str) -> Iterator[None]:
    """Holds a lock on a directory, which is made; one that a dead process held is free.

    Args:
        directory: What no other process may use meanwhile.
        name: How the caller calls it, for the message.

    Raises:
        ValueError: If another process holds it.
    """
    directory.mkdir(parents=True, exist_ok=True)
    lock = FileLock(directory / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ValueError(
            f"`{name}` must be used by one process at a time, received {directory}, which "
            "another one is using. Wait for it, or choose another directory."
        ) from None
    try:
        yield
    finally:
        lock.release()
