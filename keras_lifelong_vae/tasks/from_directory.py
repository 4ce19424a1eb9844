"""Tasks from a folder of pictures, one folder in it for each class."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from keras_lifelong_vae.checks import check_choice, check_positive_int, check_share
from keras_lifelong_vae.data.image_folders import (
    MODES,
    common_color_mode,
    files_by_class,
    read_pictures,
)
from keras_lifelong_vae.tasks.array_split import ArraySplit, array_split
from keras_lifelong_vae.tasks.array_task import array_task, carve_out, checked_options
from keras_lifelong_vae.tasks.split_by_class import check_classes
from keras_lifelong_vae.tasks.task_sequence import TaskSequence

USES = ("train", "validation", "test")


def from_directory(
    path: str | PathLike[str],
    image_size: int | Sequence[int] | None = None,
    batch_size: int = 128,
    validation_share: float = 0.05,
    seed: int = 0,
    classes: Sequence[str | Sequence[str]] | None = None,
    *,
    test_share: float = 0.1,
    color_mode: str | None = None,
) -> TaskSequence:
    """Make tasks of a folder of pictures, one task per class.

        path/cat/1.png, path/cat/2.jpg, path/dog/...

    or, if somebody has divided the pictures already,

        path/train/cat/..., path/validation/cat/..., path/test/cat/...

    of which `validation` and `test` may be absent. The images are kept in memory as bytes, and come
    out of the tasks as floats in [0, 1]; for more than memory holds see `from_datasets`.

    Args:
        path: The folder.
        image_size: `(height, width)`, or one number for both. Pictures are cut around their centre
            to this ratio of sides and resized. `None` leaves them as they are, all of one size.
        batch_size: Number of images in a batch.
        validation_share: Share of each task's training images kept for validation, in [0, 1),
            where there is no folder of that name.
        seed: Seed of the order of the images and of the choice for validation and test.
        classes: Names of folders in the order of the tasks; an entry that is a sequence of names
            makes one task of several classes. `None` takes every folder, in alphabetical order.
        test_share: Share of each class kept for the test, in [0, 1), where there is no folder of
            that name: at least one image of a class with two, and none if 0.
        color_mode: "grayscale", one channel, or "rgb", three. `None` looks whether all are grey.

    Returns:
        A sequence of tasks named after the folders (`"cat"`, `"cat + dog"`).

    Raises:
        NotADirectoryError: If `path` is not a directory.
        ValueError: If a number is out of range, a class is absent or named twice, a folder has no
            picture in it, a file is damaged, or sizes differ without `image_size`.

    Example:
    ```python
    tasks = from_directory("pets", image_size=64, classes=["cat", ("dog", "fox")])
    model = klv.LifelongVAE(tasks.event_shape, network="convolutional")  # (64, 64, 3)
    ```
    """
    options = checked_options(batch_size, validation_share, seed)
    share = check_share(test_share, "test_share")
    size = _check_size(image_size)
    files = _files(Path(path))
    if color_mode is None:
        color_mode = common_color_mode(
            [one for own in files.values() for some in own.values() for one in some]
        )
    mode = check_choice(color_mode, "color_mode", tuple(MODES))
    names = tuple(sorted(set().union(*files.values())))
    splits = {use: _split(own, names, size, mode) for use, own in files.items()}
    groups = check_classes(classes, names, splits["train"], splits.get("test"))
    if "test" not in splits:
        splits |= _with_test(splits["train"], names, share, seed)
    tasks = []
    for group in groups:
        name = " + ".join(names[label] for label in group)
        own = {use: split.of_classes(group) for use, split in splits.items()}
        tasks.append(array_task(name, options, **own))
    return TaskSequence(tuple(tasks))


def _check_size(image_size: Any) -> tuple[int, int] | None:
    if image_size is None:
        return None
    if not isinstance(image_size, Sequence):
        image_size = (image_size, image_size)
    if isinstance(image_size, str) or len(image_size) != 2:
        raise ValueError(
            f"`image_size` must be (height, width), one number or None, received {image_size!r}."
        )
    height, width = (check_positive_int(size, "image_size") for size in image_size)
    return height, width


def _files(path: Path) -> dict[str, dict[str, list[Path]]]:
    """By use and class."""
    if not path.is_dir():
        raise NotADirectoryError(
            f"`path` must be a directory with a folder of images for each class, received {path}."
        )
    if not (path / "train").is_dir():
        return {"train": files_by_class(path)}
    return {use: files_by_class(path / use) for use in USES if (path / use).is_dir()}


def _split(
    files: dict[str, list[Path]],
    names: tuple[str, ...],
    image_size: tuple[int, int] | None,
    color_mode: str,
) -> ArraySplit:
    labels = [names.index(name) for name, own in files.items() for _ in own]
    ordered = [one for own in files.values() for one in own]
    return array_split(read_pictures(ordered, image_size, color_mode), np.array(labels))


def _with_test(
    train: ArraySplit, names: tuple[str, ...], share: float, seed: int
) -> dict[str, ArraySplit]:
    """Each class divided into what is kept for the test and the rest."""
    if share == 0.0:
        return {}
    labels = np.asarray(train.labels)
    kept, held_out = zip(
        *(
            carve_out(np.flatnonzero(labels == i), share, seed, names[i], "test")
            for i in np.unique(labels)
        ),
        strict=True,
    )
    return {
        "train": train.subset(np.concatenate(kept)),
        "test": train.subset(np.concatenate(held_out)),
    }
