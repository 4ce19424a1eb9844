"""Writing files so that nobody ever finds half of one."""

import os
from collections.abc import Callable
from pathlib import Path


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Lets `write` write to a temporary name beside `path`, then renames it.

    Args:
        path: What the file will be called; one that exists is replaced.
        write: Called with the temporary path, which has the suffix of `path`.
    """
    temporary = path.with_name(f".{path.stem}.partial{path.suffix}")
    try:
        write(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
