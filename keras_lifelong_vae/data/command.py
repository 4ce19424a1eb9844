"""Runs a program that fetches something, and stops it once nothing comes any more."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from keras_lifelong_vae.data.spec import SourceError

_POLL_SECONDS = 0.1


def run(
    command: Sequence[str],
    directory: Path,
    stall_seconds: float = 10.0,
    total_seconds: float = 900.0,
) -> None:
    """Runs `command` in `directory`, which has to change in size every `stall_seconds`.

    Raises `SourceError` if the program isn't installed, fails, stalls or takes too long.
    """
    program = shutil.which(command[0])
    if program is None:
        raise SourceError(f"{command[0]} is not installed")
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            (program, *command[1:]),
            cwd=directory,
            env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            reason = _wait(process, directory, stall_seconds, total_seconds)
        finally:
            process.kill()
            process.wait()
        if reason is None and process.returncode:
            reason = f"failed: {_last_words(output)}"
        if reason is not None:
            raise SourceError(f"{command[0]} {reason}")


def _wait(
    process: subprocess.Popen[bytes], directory: Path, stall_seconds: float, total_seconds: float
) -> str | None:
    """Waits for the program to end; returns why it has to be stopped, `None` if it ended."""
    start = changed_at = time.monotonic()
    size = _size(directory)
    while process.poll() is None:
        time.sleep(_POLL_SECONDS)
        now, size_now = time.monotonic(), _size(directory)
        if size_now != size:
            size, changed_at = size_now, now
        if now - changed_at > stall_seconds:
            return f"fetched nothing for {stall_seconds:g} s"
        if now - start > total_seconds:
            return f"took more than {total_seconds:g} s"
    return None


def _size(directory: Path) -> int:
    try:
        return sum(path.lstat().st_size for path in directory.rglob("*"))
    except FileNotFoundError:  # renamed or removed in the meantime
        return -1


def _last_words(output: IO[bytes], num_lines: int = 4) -> str:
    output.seek(0)
    lines = [line.strip() for line in output.read().decode(errors="replace").splitlines()]
    return " / ".join([line for line in lines if line][-num_lines:]) or "it said nothing"
