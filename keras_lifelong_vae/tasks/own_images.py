"""Tasks from the user's own arrays of images or `tf.data` pipelines."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.checks import check_image_shape
from keras_lifelong_vae.checks import check_values as value_range_of
from keras_lifelong_vae.tasks.array_split import ArraySplit, array_split
from keras_lifelong_vae.tasks.array_task import array_task, check_own_images, checked_options
from keras_lifelong_vae.tasks.task import Task
from keras_lifelong_vae.tasks.task_sequence import TaskSequence

_USES = ("train", "validation", "test")


def from_arrays(
    tasks: Mapping[str, Any],
    batch_size: int = 128,
    validation_share: float = 0.05,
    seed: int = 0,
) -> TaskSequence:
    """Make tasks of arrays of images, one task per name.

    The images are copied (as float32 if they are wider): later edits to the arrays do not change
    the tasks.

    Args:
        tasks: For every name, in the order of the tasks, an array of training images; or a dict
            of arrays with the keys `"train"` and, if there are any, `"validation"` and `"test"`;
            or a tuple of them in this order. Arrays are `(n, *event_shape)`, with one event shape
            throughout: floating-point, and which values are legal is up to the model's likelihood;
            or uint8 in 0..255, which become [0, 1].
        batch_size: Number of images in a batch.
        validation_share: Share of the training images kept for validation, in [0, 1), in tasks
            without validation images of their own. A share above 0 takes at least one image of two.
        seed: Seed of the order of the images and of the choice for validation.

    Returns:
        A sequence of tasks. Without test images `task.test` is `None`.

    Raises:
        TypeError: If `tasks` is not a mapping from strings, or images are neither
            floating-point nor uint8.
        ValueError: If a number is out of range, there is no task, an array is empty or of
            another shape, or a value is NaN or infinite.

    Example:
    ```python
    tasks = from_arrays({"cats": cats, "dogs": {"train": dogs, "test": more_dogs}})
    ```
    """
    options = checked_options(batch_size, validation_share, seed)
    event_shape: tuple[int, ...] | None = None
    built = []
    for name, parts in _named_parts(tasks, "array").items():
        splits: dict[str, ArraySplit] = {}
        for use, part in parts.items():
            images = check_own_images(part, f"tasks[{name!r}][{use!r}]", event_shape)
            event_shape = images.shape[1:]
            splits[use] = array_split(images)
        built.append(array_task(name, options, **splits))
    return TaskSequence(tuple(built))


def from_datasets(tasks: Mapping[str, Any], check_values: bool = True) -> TaskSequence:
    """Make tasks of batched `tf.data.Dataset`s, one task per name.

    The data sets yield images or `(images, labels, ...)`, of which the labels are dropped.
    Shuffling, batching and augmentation are the user's, and so is what a seed does: a data set
    that shuffles goes on with its next order at every access of `task.train`.

    Args:
        tasks: As of `from_arrays`, with data sets in the place of arrays. Batches are
            `(batch, *event_shape)`, floating-point or uint8, with one event shape throughout. Where
            a map or a file leaves it open, `tf.ensure_shape` says it.
        check_values: Whether to go through every data set once now, to check every value and to
            count the images. Otherwise `fit` checks the first batch, and `num_train`,
            `num_validation` and `num_test` are `None`.

    Returns:
        A sequence of tasks. Without a data set for it, `task.validation` or `task.test` is `None`.

    Raises:
        TypeError: If something else than a `tf.data.Dataset` of floating-point or uint8 images is
            given.
        ValueError: If there is no task, a data set is empty, infinite or of another event shape,
            or a value is NaN or infinite.

    Example:
    ```python
    tasks = from_datasets({"cats": cats.batch(64), "dogs": {"train": dogs.batch(64)}})
    ```
    """
    event_shape: tuple[int, ...] | None = None
    built = []
    for name, parts in _named_parts(tasks, "data set").items():
        splits: dict[str, DatasetSplit] = {}
        for use, dataset in parts.items():
            where = f"tasks[{name!r}][{use!r}]"
            splits[f"{use}_split"] = split = _split(dataset, where, event_shape, check_values)
            event_shape = split.event_shape
        built.append(Task(name, **splits))
    return TaskSequence(tuple(built))


def _named_parts(tasks: Any, kind: str) -> dict[str, dict[str, Any]]:
    """For every task's name what there is of `_USES`, in this order; `kind` is for the messages."""
    if not isinstance(tasks, Mapping):
        raise TypeError(f"`tasks` must map names to {kind}s, received {type(tasks).__name__}.")
    if not tasks:
        raise ValueError("`tasks` must hold at least one task, received none.")
    for name in tasks:
        if not isinstance(name, str):
            raise TypeError(f"`tasks` must have strings as keys, received {name!r}.")
    return {name: _parts(value, f"tasks[{name!r}]", kind) for name, value in tasks.items()}


def _parts(value: Any, name: str, kind: str) -> dict[str, Any]:
    if isinstance(value, tuple):
        if len(value) > len(_USES):
            raise ValueError(
                f"`{name}` must be a tuple (train, validation, test), received {len(value)} parts."
            )
        value = dict(zip(_USES, value, strict=False))
    elif not isinstance(value, Mapping):
        value = {"train": value}
    unknown = [key for key in value if key not in _USES]
    if unknown:
        raise ValueError(f"`{name}` must have keys among {list(_USES)}, received {unknown}.")
    parts = {use: value[use] for use in _USES if value.get(use) is not None}
    if "train" not in parts:
        raise ValueError(f"`{name}` must have a 'train' {kind}, received {sorted(parts)}.")
    return parts


@dataclass(frozen=True, eq=False)
class DatasetSplit:
    """Image batches of a `tf.data.Dataset` of images or `(images, ...)`, see `Split`."""

    source: tf.data.Dataset
    event_shape: tuple[int, ...]
    num_images: int | None
    num_batches: int | None
    value_range: tuple[float, float] | None
    labels: np.ndarray | None = None

    def batches(self) -> tf.data.Dataset:
        batches = self.source.map(_images_of)
        if self.num_batches is None or int(batches.cardinality()) == self.num_batches:
            return batches
        return batches.apply(tf.data.experimental.assert_cardinality(self.num_batches))


def _images_of(images: tf.Tensor, *rest: Any) -> tf.Tensor:
    scale = 255.0 if images.dtype == tf.uint8 else 1.0
    return tf.cast(images, tf.float32) / scale


def _split(
    dataset: Any, name: str, event_shape: tuple[int, ...] | None, check_values: bool
) -> DatasetSplit:
    shape = _check_spec(dataset, name)
    check_image_shape(shape, name, event_shape)
    num_batches = int(dataset.cardinality())
    if num_batches == tf.data.INFINITE_CARDINALITY:
        raise ValueError(f"`{name}` must end, received an infinite data set. Limit it with `take`.")
    if num_batches == 0:
        raise ValueError(f"`{name}` must hold at least one image, received an empty data set.")
    if not check_values:
        known = None if num_batches == tf.data.UNKNOWN_CARDINALITY else num_batches
        return DatasetSplit(dataset, shape[1:], None, known, None)
    return DatasetSplit(dataset, shape[1:], *_counted(dataset, name))


def _check_spec(dataset: Any, name: str) -> tuple[Any, ...]:
    """Return the shape of a batch of images."""
    if not isinstance(dataset, tf.data.Dataset):
        raise TypeError(f"`{name}` must be a `tf.data.Dataset`, received {type(dataset).__name__}.")
    spec = dataset.element_spec
    images = spec[0] if isinstance(spec, tuple) and spec else spec
    if not isinstance(images, tf.TensorSpec):
        raise TypeError(f"`{name}` must yield images or (images, labels), received {spec}.")
    if not images.dtype.is_floating and images.dtype != tf.uint8:
        raise TypeError(
            f"`{name}` must yield floating-point or uint8 images, received {images.dtype.name}."
        )
    if images.shape.rank is None or None in images.shape[1:]:
        raise ValueError(
            f"`{name}` must know the shape of its images, received {images.shape}. Tell it where "
            "they are made: `dataset.map(lambda x: tf.ensure_shape(x, event_shape))`, then `batch`."
        )
    return tuple(images.shape)


def _counted(dataset: tf.data.Dataset, name: str) -> tuple[int, int, tuple[float, float]]:
    """The numbers of images and batches and the value range, after a look at every value."""
    sizes, ranges = [], []
    for images in dataset.map(_images_of):
        sizes.append(int(images.shape[0]))
        if sizes[-1]:
            ranges.append(value_range_of(images.numpy(), name))
    if not ranges:
        raise ValueError(f"`{name}` must hold at least one image, received an empty data set.")
    low, high = zip(*ranges, strict=True)
    return sum(sizes), len(sizes), (min(low), max(high))
