"""Saved models with a seal: the SHA-256 of the file, in the comment that ends a zip archive.

The archive has a CRC-32 of each member, but none of its directory; under the seal no bit of the
file can change unnoticed. Keras and zip tools pass the comment by.
"""

import hashlib
import os
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import keras

MARK = b"sha256:"
SEAL = len(MARK) + 2 * hashlib.sha256().digest_size
END = b"PK\x05\x06"  # of the record that ends an archive
END_SIZE = 22  # with the length of the comment in its last two bytes
MOST_LETTERS = 300  # of what went wrong, in a message
CHUNK = 1 << 20


def seal(path: str | os.PathLike[str]) -> None:
    """Seals a zip archive that has no comment yet."""
    with open(path, "r+b") as file:
        file.seek(-END_SIZE, os.SEEK_END)
        record = file.read()
        if not record.startswith(END) or record[-2:] != bytes(2):
            raise ValueError(f"{path} must be a zip archive without a comment.")
        file.seek(-2, os.SEEK_END)
        file.write(SEAL.to_bytes(2, "little"))
        size = file.tell()
        file.seek(0)
        digest = _digest(file, size)
        file.seek(size)
        file.write(MARK + digest)


def load_model(
    path: str | os.PathLike[str], others: Iterable[str | os.PathLike[str]] = ()
) -> keras.Model:
    """Loads a model that `save` wrote, once sure that no bit of the file has changed.

    A file without a seal, such as an older one, is held against the CRC-32 of its members.

    Args:
        path: Of the `.keras` file.
        others: Files that may hold the same model; the first whole one is named if `path` is not.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, or Keras can't make a model of it.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path} must be a file with a saved model, there is none.")
    damage = damage_of(path)
    if damage is not None:
        whole = next((one for one in others if Path(one).is_file() and not damage_of(one)), None)
        advice = "" if whole is None else f" {whole} is whole: put it in its place."
        raise ValueError(f"{path} must be a whole saved model, but is damaged: {damage}.{advice}")
    try:
        return keras.models.load_model(path)
    except Exception as error:  # whatever Keras stumbles on
        raise ValueError(
            f"{path} must be a model that can be loaded here, received one with: "
            f"{type(error).__name__}: {str(error)[:MOST_LETTERS]}"
        ) from error


def damage_of(path: str | os.PathLike[str]) -> str | None:
    """What is wrong with a zip archive, `None` if nothing is."""
    with open(path, "rb") as file:
        try:
            return _damage(file)
        except Exception as error:  # on damage zipfile raises whatever its parser stumbles on
            return f"it was cut short or altered ({type(error).__name__}: {error})"


def _damage(file: BinaryIO) -> str | None:
    with zipfile.ZipFile(file) as archive:
        if not archive.comment:
            member = archive.testzip()
            return None if member is None else f"{member!r} in it has another CRC-32"
        size = file.seek(0, os.SEEK_END) - SEAL
        file.seek(0)
        whole = archive.comment == MARK + _digest(file, size)
        return None if whole else "it has another SHA-256 than when it was written"


def _digest(file: BinaryIO, size: int) -> bytes:
    """SHA-256 of the first `size` bytes of a file opened at its beginning."""
    digest = hashlib.sha256()
    while size > 0:
        chunk = file.read(min(CHUNK, size))
        if not chunk:
            break
        digest.update(chunk)
        size -= len(chunk)
    return digest.hexdigest().encode()
