"""The files in which data sets are published: MNIST's and its kin's in IDX, SVHN's in MATLAB."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from keras_lifelong_vae.data.spec import Arrays
from keras_lifelong_vae.files import find_file

SVHN_NAMES = ("train_32x32.mat", "test_32x32.mat")
SVHN_SHAPE = (32, 32, 3)
_GZIP_MAGIC = b"\x1f\x8b"
_UNSIGNED_BYTE = 0x08
_ZERO = 10  # how SVHN's files label the digit 0


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
