"""One task of the pictures in a folder, or of an array in a file."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np

from keras_lifelong_vae.checks import check_share
from keras_lifelong_vae.data.image_folders import read_pictures, shown_pictures
from keras_lifelong_vae.tasks.array_split import array_split
from keras_lifelong_vae.tasks.array_task import (
    array_task,
    carve_out,
    check_own_images,
    checked_options,
)
from keras_lifelong_vae.tasks.task import Task

COLOR_MODES = {1: "grayscale", 3: "rgb"}  # by the number of channels


def from_pictures(
    path: str | PathLike[str],
    name: str,
    event_shape: Sequence[int],
    batch_size: int = 128,
    validation_share: float = 0.05,
    test_share: float = 0.1,
    seed: int = 0,
) -> Task:
    """Make one task for a model that is there already.

    Args:
        path: A folder, of which every picture is taken, also from folders within it; or a `.npy`
            file with an array `(n, *event_shape)`, uint8 or floating-point.
        name: Of the task.
        event_shape: Of the model; pictures are brought to this size and number of channels.
        batch_size: Number of images in a batch.
        validation_share: Share of the training images kept for validation, in [0, 1).
        test_share: Share of all images kept for the test, in [0, 1).
        seed: Seed of the order of the images and of the choice for validation and test.

    Raises:
        FileNotFoundError: If `path` does not exist.
        ValueError: If there is no picture, a file is damaged, or a shape is another.
    """
    options = checked_options(batch_size, validation_share, seed)
    check_share(test_share, "test_share")
    images = _read(Path(path), tuple(event_shape))
    kept, held_out = carve_out(np.arange(len(images)), test_share, seed, name, "test")
    test = array_split(images[held_out]) if len(held_out) else None
    return array_task(name, options, array_split(images[kept]), test=test)


def _read(path: Path, event_shape: tuple[int, ...]) -> np.ndarray:
    if path.is_dir():
        if len(event_shape) != 3 or event_shape[2] not in COLOR_MODES:
            raise ValueError(
                f"`path` must be a .npy file for events of shape {event_shape}, received the "
                f"folder {path}."
            )
        files = shown_pictures(path)
        if not files:
            raise ValueError(f"`path` must hold images, received none in {path}.")
        return read_pictures(files, event_shape[:2], COLOR_MODES[event_shape[2]])
    if not path.exists():
        raise FileNotFoundError(f"`path` must be a folder or a .npy file, {path} is not there.")
    try:
        images = np.load(path, allow_pickle=False)
    except Exception as error:  # on damage NumPy raises whatever it stumbles on
        raise ValueError(f"`path` must be a whole .npy file, received {path}: {error}") from error
    return check_own_images(images, "path", event_shape)
