"""The files in which data sets are published: MNIST's and its kin's in IDX, SVHN's in MATLAB."""

import gzip
import math
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np

from keras_lifelong_vae.data.spec import Arrays
from keras_lifelong_vae.files import find_file

Bytes = BinaryIO | gzip.GzipFile
SVHN_NAMES = ("train_32x32.mat", "test_32x32.mat")
SVHN_SHAPE = (32, 32, 3)
MOST_VALUES = 60_000 * 28 * 28  # of one file of MNIST and its kin
_GZIP_MAGIC = b"\x1f\x8b"
_UNSIGNED_BYTE = 0x08
_ZERO = 10  # how SVHN's files label the digit 0


def read_idx(path: Path, num_axes: int, most_values: int = MOST_VALUES) -> np.ndarray:
    """One IDX file of unsigned bytes, plain or gzip.

    The header is read first, and then no more than it announces: what a small gzip file would
    unpack to is never held.

    Raises:
        ValueError: If it is damaged or has more than `most_values` values.
    """
    with path.open("rb") as file:
        is_gzip = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        file.seek(0)
        if not is_gzip:
            return _read_idx(path, file, num_axes, most_values)
        try:
            with gzip.open(file) as content:
                return _read_idx(path, content, num_axes, most_values)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(
                f"{path} must be a whole gzip file, received one with: {error}."
            ) from error


def _read_idx(
    path: Path, file: BinaryIO | gzip.GzipFile, num_axes: int, most_values: int
) -> np.ndarray:
    # Two zero bytes, the type, the number of axes, one big-endian size per axis, the values.
    magic = bytes((0, 0, _UNSIGNED_BYTE, num_axes))
    header = file.read(4 + 4 * num_axes)
    if header[:4] != magic:
        raise ValueError(
            f"{path} must start with the bytes {magic.hex()} (IDX, unsigned bytes, {num_axes} "
            f"axes), received {header[:4].hex() or 'an empty file'}."
        )
    if len(header) < 4 + 4 * num_axes:
        raise ValueError(
            f"{path} must have an IDX header of {4 + 4 * num_axes} bytes, received "
            f"{len(header)} bytes."
        )
    shape = tuple(np.frombuffer(header, ">u4", num_axes, offset=4).tolist())
    expected = math.prod(shape)
    if expected > most_values:
        raise ValueError(
            f"{path} must hold at most {most_values:,} values, received an IDX header that "
            f"announces {expected:,}, an array of shape {shape}."
        )
    values = file.read(expected + 1)
    if len(values) != expected:
        received = "more" if len(values) > expected else f"{len(header) + len(values)} bytes"
        raise ValueError(
            f"{path} must have {len(header) + expected} bytes for an array of shape {shape}, "
            f"received {received}: it was cut short or altered."
        )
    return np.frombuffer(values, np.uint8).reshape(shape)


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


def read_svhn_directory(directory: Path) -> Arrays:
    """The two files of cropped digits; `extra_32x32.mat` isn't needed."""
    train, test = (find_file(directory, name) for name in SVHN_NAMES)
    return Arrays(*read_svhn(train), *read_svhn(test))


def read_svhn(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The images `(n, 32, 32, 3)` and labels of one file; `ValueError` if it holds others."""
    images, labels = _read_arrays(path)  # the last axis of `images` counts them
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[:3] != SVHN_SHAPE:
        raise ValueError(
            f"{path} must hold `X`, a uint8 array of shape {(*SVHN_SHAPE, 'n')}, received "
            f"{images.dtype} {images.shape}."
        )
    number = images.shape[3]
    if labels.dtype.kind not in "iu" or labels.shape != (number, 1):
        raise ValueError(
            f"{path} must hold `y`, an integer array of shape {(number, 1)}: a label for each of "
            f"the images, received {labels.dtype} {labels.shape}."
        )
    if number and not 1 <= labels.min() <= labels.max() <= _ZERO:
        raise ValueError(
            f"{path} must hold labels `y` from 1 to {_ZERO}, which is the digit 0, received "
            f"values from {labels.min()} to {labels.max()}."
        )
    return np.ascontiguousarray(np.moveaxis(images, 3, 0)), labels[:, 0].astype("int64") % _ZERO


def _read_arrays(path: Path) -> tuple[np.ndarray, np.ndarray]:
    from scipy import io

    try:
        content = io.loadmat(str(path), variable_names=("X", "y"))
    except Exception as error:  # on damaged files SciPy raises whatever its parser stumbles on
        raise ValueError(
            f"{path} must be a whole MATLAB file, received one that can't be read "
            f"({type(error).__name__}: {error}): it was cut short or altered."
        ) from error
    missing = [name for name in ("X", "y") if name not in content]
    if missing:
        raise ValueError(
            f"{path} must hold the arrays `X` and `y`, received none called "
            f"{' or '.join(missing)}: it was cut short or is another file."
        )
    return content["X"], content["y"]
