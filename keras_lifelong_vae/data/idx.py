"""The IDX format, in which MNIST and FashionMNIST are published."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from keras_lifelong_vae.data.spec import Arrays
from keras_lifelong_vae.files import find_file

_UNSIGNED_BYTE = 0x08
_GZIP_MAGIC = b"\x1f\x8b"


def read_idx(path: Path, num_axes: int) -> np.ndarray:
    """One IDX file of unsigned bytes, plain or gzip; raises `ValueError` if it is damaged."""
    content = path.read_bytes()
    if content.startswith(_GZIP_MAGIC):
        try:
            content = gzip.decompress(content)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(
                f"{path} must be a whole gzip file, received one with: {error}."
            ) from error
    # Two zero bytes, the type, the number of axes, one big-endian size per axis, the values.
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
    shape = tuple(np.frombuffer(content, ">u4", num_axes, offset=4).tolist())
    expected = start + math.prod(shape)
    if len(content) != expected:
        raise ValueError(
            f"{path} must have {expected} bytes for an array of shape {shape}, received "
            f"{len(content)} bytes: it was cut short or altered."
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def read_idx_directory(directory: Path) -> Arrays:
    """The four IDX files of MNIST and its kin, each plain or with `.gz`."""
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
