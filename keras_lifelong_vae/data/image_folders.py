"""Pictures in folders, one folder for each class."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image, ImageOps

T = TypeVar("T")
MODES = {"grayscale": "L", "rgb": "RGB"}
SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
GREY = ("1", "L", "LA")
TOO_DEEP = ("I", "F")  # more than 8 bits a pixel: Pillow would cut them off at 255


def files_by_class(folder: Path) -> dict[str, list[Path]]:
    """The pictures of each folder in `folder`, both in the order of their names.

    Hidden folders and files that no picture is called like are passed over.

    Raises:
        ValueError: If there is no folder, or one without a picture.
    """
    classes = sorted(one for one in folder.iterdir() if one.is_dir() and _is_shown(one))
    if not classes:
        raise ValueError(
            f"`path` must hold a folder of images for each class, received {folder} without any."
        )
    files = {one.name: shown_pictures(one) for one in classes}
    for name, own in files.items():
        if not own:
            raise ValueError(
                f"`path` must hold images ({', '.join(SUFFIXES)}) in the folder of each class, "
                f"received none in {folder / name}."
            )
    return files


def shown_pictures(folder: Path) -> list[Path]:
    """Every picture in a folder and those within it that is not hidden."""
    return sorted(filter(_is_picture, folder.rglob("*")))


def common_color_mode(files: Sequence[Path]) -> str:
    """Returns "grayscale" if all pictures are, else "rgb"; only heads of files are read."""
    for path in files:
        if _read(path, lambda picture: picture.mode) not in GREY:
            return "rgb"
    return "grayscale"


def read_pictures(
    files: Sequence[Path], image_size: tuple[int, int] | None, color_mode: str
) -> np.ndarray:
    """uint8 `(n, height, width, channels)`, the pictures upright and without transparency.

    Args:
        files: At least one.
        image_size: `(height, width)`: a picture is cut around its centre to this ratio of sides,
            then resized, smaller ones without aliasing; all as they are if `None`.
        color_mode: "grayscale" or "rgb".

    Raises:
        ValueError: If a file is damaged or has more than 8 bits a channel, or pictures are of
            several sizes and none is asked for.
    """
    pictures: list[np.ndarray] = []
    for path in files:
        pixels = _read(path, lambda picture: _pixels(picture, image_size, color_mode))
        if pictures and pixels.shape != pictures[0].shape:
            raise ValueError(
                "`image_size` must be (height, width) where images are of several sizes, received "
                f"None with {pictures[0].shape[:2]} for {files[0]} and {pixels.shape[:2]} for "
                f"{path}."
            )
        pictures.append(pixels)
    return np.stack(pictures)


def _pixels(
    picture: Image.Image, image_size: tuple[int, int] | None, color_mode: str
) -> np.ndarray:
    if picture.mode.startswith(TOO_DEEP):
        raise ValueError(f"its pixels must have 8 bits a channel, received mode {picture.mode!r}")
    upright = ImageOps.exif_transpose(picture).convert(MODES[color_mode])
    if image_size is not None:
        height, width = image_size
        upright = ImageOps.fit(upright, (width, height), Image.Resampling.BICUBIC)
    pixels = np.asarray(upright)
    return pixels.reshape(*pixels.shape[:2], -1)


def _read(path: Path, read: Callable[[Image.Image], T]) -> T:
    """What `read` makes of the picture; raises `ValueError` if the file is damaged."""
    try:
        with Image.open(path) as picture:
            return read(picture)
    except Exception as error:  # on damage Pillow raises whatever it stumbles on
        raise ValueError(
            f"`path` must hold images that can be read, received {path}: {error}"
        ) from error


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and _is_shown(path) and path.is_file()


def _is_shown(path: Path) -> bool:
    return not path.name.startswith(".")
