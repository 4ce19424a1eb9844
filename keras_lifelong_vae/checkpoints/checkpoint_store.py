"""Checkpoint files: arrays and where they belong, behind a checksum of both."""

import hashlib
import io
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from keras_lifelong_vae.files import write_atomically

KEPT = 2
SUFFIX = ".checkpoint"
_DIGEST = hashlib.sha256
_POSITION = "position"

_log = logging.getLogger(__name__)


class Stored(NamedTuple):
    """What one file holds."""

    arrays: list[np.ndarray]
    position: dict[str, Any]


class CheckpointStore:
    """The last two checkpoints in a directory, each in a file that is right or refused.

    A file is the SHA-256 of what follows it, an `npz` archive. It is written to a temporary name,
    flushed to disk, read back, and only then renamed.

    Args:
        directory: Made when the first one is saved.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def paths(self) -> list[Path]:
        """The files, oldest first."""
        return sorted(self.directory.glob(f"*{SUFFIX}"))

    def save(self, arrays: Sequence[np.ndarray], position: dict[str, Any]) -> None:
        """Writes one more file and removes the oldest one."""
        self.directory.mkdir(parents=True, exist_ok=True)
        paths = self.paths()
        number = int(paths[-1].stem) + 1 if paths else 1
        buffer = io.BytesIO()
        named: dict[str, Any] = {str(i): array for i, array in enumerate(arrays)}
        named[_POSITION] = np.frombuffer(json.dumps(position).encode(), "uint8")
        np.savez(buffer, **named)
        content = buffer.getbuffer()

        def write(path: Path) -> None:
            with path.open("wb") as file:
                file.write(_DIGEST(content).digest())
                file.write(content)

        path = self.directory / f"{number:08d}{SUFFIX}"
        write_atomically(path, write, check=_checked)
        for old in paths[: len(paths) + 1 - KEPT]:
            old.unlink()

    def load(self) -> Stored | None:
        """The newest checkpoint that is not damaged; `None` if there is none at all.

        Raises:
            ValueError: If all are damaged.
        """
        damaged = []
        for path in reversed(self.paths()):
            try:
                stored = read(path)
            except ValueError as error:
                damaged.append(str(error))
                continue
            if damaged:
                _log.warning("%s Going on from %s, the one before.", damaged[0], path)
            return stored
        if damaged:
            raise ValueError(f"{' '.join(damaged)} No good copy is left in {self.directory}.")
        return None


def read(path: Path) -> Stored:
    """What `CheckpointStore.save` wrote to `path`.

    Raises:
        ValueError: If the file is damaged.
    """
    content = _checked(path)
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        position = dict(json.loads(arrays.pop(_POSITION).tobytes()))
        return Stored([arrays[str(i)] for i in range(len(arrays))], position)
    except Exception as error:  # a checksum that is right over something else
        raise ValueError(f"{path} is damaged: it holds no checkpoint ({error!r}).") from error


def _checked(path: Path) -> memoryview:
    """The archive in a file whose checksum is right."""
    content = memoryview(path.read_bytes())
    size = _DIGEST().digest_size
    if _DIGEST(content[size:]).digest() != content[:size]:
        raise ValueError(f"{path} is damaged: its content does not have its checksum.")
    return content[size:]
