"""The IDX format, in which MNIST and FashionMNIST are published."""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from keras_lifelong_vae.data.spec import Arrays
from keras_lifelong_vae.files import find_file

_UNSIGNED_BYTE = 0x08
_GZIP_MAGIC = b"\x1f\x8b"


def read_idx(path: Path, num_axes: int) -> np.ndarray:
    """Reads one IDX file of unsigned bytes, plain or gzip.

    The header is two zero bytes, the type (0x08), the number of axes and one big-endian 32-bit
    size per axis; the values follow in C order.

    Raises:
        OSError: If the file can't be read.
        ValueError: If the file has another number of axes, is cut short or goes on after its end.
    """
    content = _read_bytes(path)
    start = 4 + 4 * num_axes
    magic = bytes((0, 0, _UNSIGNED_BYTE, num_axes))
    if content[:4] != magic:
        raise ValueError(
            f"{path} must start with the bytes {magic.hex()} (IDX, unsigned bytes, {num_axes} "
            f"axes), received {content[:4].hex() or 'an empty file'}."
        )
    if len(content) < start:
        raise ValueError(
            f"{path} must have an IDX header of {start} bytes, received {len(content)} bytes."
        )
    shape = struct.unpack(f">{num_axes}I", content[4:start])
    expected = start + math.prod(shape)
    if len(content) != expected:
        raise ValueError(
            f"{path} must have {expected} bytes for an array of shape {shape}, received "
            f"{len(content)} bytes: it was cut short or altered."
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def read_idx_directory(directory: Path) -> Arrays:
    """Reads the four IDX files of MNIST and its kin, each plain or with `.gz`.

    They are `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
    `t10k-labels-idx1-ubyte`.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If a file is damaged, or labels and images differ in number.
    """
    return Arrays(*_read_split(directory, "train"), *_read_split(directory, "t10k"))


def _read_split(directory: Path, prefix: str) -> tuple[np.ndarray, np.ndarray]:
    images_path, labels_path = (
        find_file(directory, name, f"{name}.gz")
        for name in (f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte")
    )
    images, labels = read_idx(images_path, 3), read_idx(labels_path, 1)
    if len(images) != len(labels):
        raise ValueError(
            f"{labels_path} must hold one label for each of the {len(images)} images, "
            f"received {len(labels)}."
        )
    return images[..., np.newaxis], labels.astype(np.int64)


def _read_bytes(path: Path) -> bytes:
    content = path.read_bytes()
    if not content.startswith(_GZIP_MAGIC):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(
            f"{path} must be a whole gzip file, received one with: {error}."
        ) from error
