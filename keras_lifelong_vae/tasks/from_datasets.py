"""Tasks from the user's own `tf.data` pipelines."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.checks import check_image_shape
from keras_lifelong_vae.checks import check_values as value_range_of
from keras_lifelong_vae.tasks.parts import named_parts
from keras_lifelong_vae.tasks.task import Task
from keras_lifelong_vae.tasks.task_sequence import TaskSequence


def from_datasets(tasks: Mapping[str, Any], check_values: bool = True) -> TaskSequence:
    """Make tasks of batched `tf.data.Dataset`s, one task per name.

    The data sets yield images or `(images, labels, ...)`, of which the labels are dropped.
    Shuffling, batching and augmentation are the user's, and so is what a seed does: a data set
    that shuffles goes on with its next order at every access of `task.train`.

    Args:
        tasks: For every name, in the order of the tasks, the data set to train on; or a dict with
            the keys `"train"` and, if there are any, `"validation"` and `"test"`; or a tuple in
            this order. Images are floating-point `(batch, *event_shape)`, with one event shape
            throughout.
        check_values: Whether to go through every data set once now, to check every value and to
            count the images. Otherwise `fit` checks the first batch, and `num_train`,
            `num_validation` and `num_test` are `None`.

    Returns:
        A sequence of tasks. Without a data set for it, `task.validation` or `task.test` is `None`.

    Raises:
        TypeError: If something else than a `tf.data.Dataset` of floating-point images is given.
        ValueError: If there is no task, a data set is empty, infinite or of another event shape,
            or a value is NaN or infinite.

    Example:
    ```python
    tasks = from_datasets({"cats": cats.batch(64), "dogs": {"train": dogs.batch(64)}})
    ```
    """
    event_shape: tuple[int, ...] | None = None
    built = []
    for name, parts in named_parts(tasks, "data set").items():
        splits: dict[str, DatasetSplit] = {}
        for use, dataset in parts.items():
            where = f"tasks[{name!r}][{use!r}]"
            splits[f"{use}_split"] = split = _split(dataset, where, event_shape, check_values)
            event_shape = split.event_shape
        built.append(Task(name, **splits))
    return TaskSequence(tuple(built))


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
    return tf.cast(images, tf.float32)


def _split(
    dataset: Any, name: str, event_shape: tuple[int, ...] | None, check_values: bool
) -> DatasetSplit:
    shape = _check_spec(dataset, name)
    check_image_shape(shape, name, event_shape)
    if None in shape[1:]:
        raise ValueError(f"`{name}` must know the shape of its images, received {shape}.")
    num_batches = _known_cardinality(dataset, name)
    if not check_values:
        return DatasetSplit(dataset, shape[1:], None, num_batches, None)
    return DatasetSplit(dataset, shape[1:], *_counted(dataset, name))


def _check_spec(dataset: Any, name: str) -> tuple[Any, ...]:
    """Return the shape of a batch of images."""
    if not isinstance(dataset, tf.data.Dataset):
        raise TypeError(f"`{name}` must be a `tf.data.Dataset`, received {type(dataset).__name__}.")
    spec = dataset.element_spec
    images = spec[0] if isinstance(spec, tuple) and spec else spec
    if not isinstance(images, tf.TensorSpec):
        raise TypeError(f"`{name}` must yield images or (images, labels), received {spec}.")
    if not images.dtype.is_floating:
        raise TypeError(
            f"`{name}` must yield floating-point images, received {images.dtype.name}. "
            "Convert 0-255 images with `tf.cast(images, tf.float32) / 255`."
        )
    if images.shape.rank is None:
        raise ValueError(f"`{name}` must know the shape of its images, received {images.shape}.")
    return tuple(images.shape)


def _known_cardinality(dataset: tf.data.Dataset, name: str) -> int | None:
    cardinality = int(dataset.cardinality())
    if cardinality == tf.data.INFINITE_CARDINALITY:
        raise ValueError(f"`{name}` must end, received an infinite data set. Limit it with `take`.")
    if cardinality == 0:
        raise ValueError(f"`{name}` must hold at least one image, received an empty data set.")
    return None if cardinality == tf.data.UNKNOWN_CARDINALITY else cardinality


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
