"""Images in files: NumPy arrays, and pictures of any format that Pillow knows."""

from collections.abc import Callable, Sequence
from math import ceil, sqrt
from pathlib import Path

import numpy as np
from PIL import Image

KINDS = ("uint8", "float16", "float32", "float64")
TILE = 56  # pixels per image at least: small ones are enlarged by a whole factor and stay sharp
GAP = 4  # white pixels around each image


def read_images(paths: Sequence[Path]) -> np.ndarray:
    """The images of all files, `(n, height, width, channels)`.

    Args:
        paths: Arrays (`.npy`) of shape `(n, ...)`, floats in [0, 1] or uint8; or pictures, grey or
            in colour, one image each, as uint8. All of one shape and kind.

    Raises:
        ValueError: If they are not.
    """
    arrays = [_read(path) for path in paths]
    kinds = {(array.dtype.name, array.shape[1:]) for array in arrays}
    if len(kinds) != 1:
        raise ValueError(f"images must be of one shape and dtype, received {sorted(kinds)}")
    return np.concatenate(arrays)


def _read(path: Path) -> np.ndarray:
    if path.suffix == ".npy":
        array = _whole(path, np.load)
        if array.ndim < 2 or array.size == 0 or array.dtype.name not in KINDS:
            raise ValueError(
                f"{path} must hold images of shape (n, ...), n >= 1, floats in [0, 1] or uint8, "
                f"received {array.dtype} of shape {array.shape}"
            )
        return array if array.dtype == np.uint8 else array.astype("float32")
    return _whole(path, _pixels)


def _pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        grey = picture.mode in ("1", "L")
        pixels = np.asarray(picture.convert("L" if grey else "RGB"))
    return pixels.reshape(1, *pixels.shape[:2], -1)


def _whole(path: Path, read: Callable[[Path], np.ndarray]) -> np.ndarray:
    """What `read` gives; raises `ValueError` if the file is damaged."""
    try:
        return read(path)
    except OSError:
        raise
    except Exception as error:  # on damage NumPy and Pillow raise whatever they stumble on
        raise ValueError(f"{path} must be a whole file of images, received: {error}") from error


def write_images(images: np.ndarray, path: Path) -> None:
    """Writes an array if `path` ends in `.npy`, else one picture with all images side by side.

    Args:
        images: `(n, height, width, channels)` in [0, 1], 1 or 3 channels.
        path: A file that exists is replaced.

    Raises:
        ValueError: If they make no picture.
    """
    if path.suffix == ".npy":
        np.save(path, images)
        return
    is_picture = images.ndim == 4 and images.shape[3] in (1, 3) and 0 not in images.shape
    if not is_picture or not ((images >= 0) & (images <= 1)).all():
        raise ValueError(
            "a picture must be made of images (n, height, width, 1 or 3) in [0, 1], received "
            f"shape {images.shape} from {images.min(initial=0):g} to {images.max(initial=0):g}; "
            "--out FILE.npy takes any"
        )
    pixels = (255 * images).round().astype("uint8")
    factor = ceil(TILE / max(pixels.shape[1:3]))
    enlarged = pixels.repeat(factor, axis=1).repeat(factor, axis=2)
    framed = np.pad(enlarged, ((0, 0), (GAP, GAP), (GAP, GAP), (0, 0)), constant_values=255)
    columns = ceil(sqrt(len(framed)))
    blank = np.full((-len(framed) % columns, *framed.shape[1:]), 255, "uint8")
    tiles = np.concatenate([framed, blank]).reshape(-1, columns, *framed.shape[1:])
    rows, height, width = tiles.shape[0], *framed.shape[1:3]
    mosaic = tiles.swapaxes(1, 2).reshape(rows * height, columns * width, -1)
    Image.fromarray(mosaic.squeeze(-1) if mosaic.shape[-1] == 1 else mosaic).save(path)
