"""Runs a program that fetches something, and gives up on it once nothing comes any more."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from keras_lifelong_vae.data.source import SourceError

_POLL_SECONDS = 0.1


def run(
    command: Sequence[str],
    directory: Path,
    stall_seconds: float = 10.0,
    total_seconds: float = 900.0,
) -> None:
    """Runs `command` in `directory`, where it writes what it fetches.

    Args:
        command: Program and arguments.
        directory: An empty or private directory, watched for growth.
        stall_seconds: How long the directory may stay as it is before the program is stopped.
        total_seconds: How long the program may run.

    Raises:
        SourceError: If the program isn't installed, fails, stalls or takes too long.
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
            _wait(command[0], process, directory, stall_seconds, total_seconds)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if process.returncode:
            raise SourceError(f"{command[0]} failed: {_last_words(output)}")


def _wait(
    name: str,
    process: subprocess.Popen[bytes],
    directory: Path,
    stall_seconds: float,
    total_seconds: float,
) -> None:
    start = grown_at = time.monotonic()
    size = _size(directory)
    while True:
        try:
            process.wait(_POLL_SECONDS)
            return
        except subprocess.TimeoutExpired:
            now, size_now = time.monotonic(), _size(directory)
        if size_now != size:
            size, grown_at = size_now, now
        if now - grown_at > stall_seconds:
            raise SourceError(f"{name} fetched nothing for {stall_seconds:g} s")
        if now - start > total_seconds:
            raise SourceError(f"{name} took more than {total_seconds:g} s")


def _size(directory: Path) -> int:
    total = 0
    for root, _, names in os.walk(directory):
        for name in names:
            try:
                total += os.stat(os.path.join(root, name)).st_size
            except FileNotFoundError:
                continue
    return total


def _last_words(output: IO[bytes], num_lines: int = 4) -> str:
    output.seek(0)
    lines = [line.strip() for line in output.read().decode(errors="replace").splitlines()]
    return " / ".join([line for line in lines if line][-num_lines:]) or "it said nothing"
