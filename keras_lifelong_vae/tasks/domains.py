"""One whole data set after another, all brought to one event shape."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

import numpy as np

from keras_lifelong_vae.checks import check_event_shape
from keras_lifelong_vae.data import ImageData
from keras_lifelong_vae.tasks.array_split import array_split
from keras_lifelong_vae.tasks.array_task import array_task, checked_options, image_data
from keras_lifelong_vae.tasks.task_sequence import TaskSequence


def domains(
    data: Mapping[str, str | ImageData],
    batch_size: int = 128,
    validation_share: float = 0.05,
    seed: int = 0,
    data_dir: str | PathLike[str] | None = None,
    *,
    event_shape: Sequence[int] | None = None,
) -> TaskSequence:
    """Make a task of each data set, such as MNIST and then SVHN.

    Smaller images get a margin of zeros all around, and grey ones repeat their channel. For
    arguments not listed see `split_by_class`.

    Args:
        data: For every name of a task, in order, the name of a data set for
            `keras_lifelong_vae.data.load` or an `ImageData`.
        event_shape: `(height, width, channels)` of all; the smallest that holds every data set if
            `None`.

    Raises:
        ValueError: If a data set's images don't fit into `event_shape`; else as `split_by_class`.

    Example:
    ```python
    tasks = domains({"MNIST": "mnist", "SVHN": "svhn_cropped"})
    tasks.event_shape  # (32, 32, 3)
    ```
    """
    options = checked_options(batch_size, validation_share, seed)
    if not isinstance(data, Mapping):
        raise TypeError(f"`data` must map names to data sets, received {type(data).__name__}.")
    loaded = {
        name: image_data(one, f"data[{name!r}]", data_dir if isinstance(one, str) else None)
        for name, one in data.items()
    }
    shape = _common_shape(loaded, event_shape)
    tasks = []
    for name, one in loaded.items():
        train = array_split(_fitted(one.train_images, shape), one.train_labels)
        test = array_split(_fitted(one.test_images, shape), one.test_labels)
        tasks.append(array_task(name, options, train, test=test))
    return TaskSequence(tuple(tasks))


def _common_shape(loaded: Mapping[str, ImageData], event_shape: Any) -> tuple[int, ...]:
    if not loaded:
        raise ValueError("`data` must hold at least one data set, received none.")
    shapes = {name: one.image_shape for name, one in loaded.items()}
    largest = np.max(list(shapes.values()), axis=0).tolist()
    shape = check_event_shape(largest if event_shape is None else event_shape)
    for name, (height, width, channels) in shapes.items():
        fits = len(shape) == 3 and height <= shape[0] and width <= shape[1]
        if not fits or channels not in (1, shape[2]):
            raise ValueError(
                f"`event_shape` must hold the images of {name!r}, (height, width, channels) = "
                f"{(height, width, channels)}, received {shape}; grey images may become colour "
                "ones."
            )
    return shape


def _fitted(images: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """`images` with margins and channels added."""
    margins = np.subtract(shape[:2], images.shape[1:3])
    padding = [(0, 0), *zip(margins // 2, margins - margins // 2, strict=True), (0, 0)]
    return np.pad(np.repeat(images, shape[2] // images.shape[3], axis=3), padding)
