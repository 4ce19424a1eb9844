"""The MATLAB files in which SVHN, the house numbers of Street View, is published."""

from pathlib import Path

import numpy as np

from keras_lifelong_vae.data.spec import Arrays
from keras_lifelong_vae.files import find_file

FILE_NAMES = ("train_32x32.mat", "test_32x32.mat")
IMAGE_SHAPE = (32, 32, 3)
_ZERO = 10  # how the files label the digit 0


def read_svhn_directory(directory: Path) -> Arrays:
    """The two files of cropped digits; `extra_32x32.mat` isn't needed."""
    train, test = (find_file(directory, name) for name in FILE_NAMES)
    return Arrays(*read_svhn(train), *read_svhn(test))


def read_svhn(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The images `(n, 32, 32, 3)` and labels of one file; `ValueError` if it holds others."""
    images, labels = _read_arrays(path)  # the last axis of `images` counts them
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[:3] != IMAGE_SHAPE:
        raise ValueError(
            f"{path} must hold `X`, a uint8 array of shape {(*IMAGE_SHAPE, 'n')}, received "
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
