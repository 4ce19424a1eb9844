"""A labelled data set divided into tasks, one class (or group of classes) after another."""

from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np

from keras_lifelong_vae.checks import check_choice, check_natural
from keras_lifelong_vae.data import ImageData
from keras_lifelong_vae.tasks.array_split import ArraySplit, array_split
from keras_lifelong_vae.tasks.array_task import (
    array_task,
    check_no_data_dir,
    check_own_images,
    checked_options,
    image_data,
    splits_of,
)
from keras_lifelong_vae.tasks.task_sequence import TaskSequence

Label = int | str


def split_by_class(
    data: str | ImageData | tuple[Any, Any],
    batch_size: int = 128,
    validation_share: float = 0.05,
    seed: int = 0,
    classes: Sequence[Label | Sequence[Label]] | None = None,
    data_dir: str | PathLike[str] | None = None,
    *,
    test: tuple[Any, Any] | None = None,
) -> TaskSequence:
    """Divide a labelled data set into one task per class.

    Args:
        data: Name of a data set for `keras_lifelong_vae.data.load`, an `ImageData`, or a pair
            (images, labels), which are copied: images `(n, *event_shape)`, floating-point or uint8
            in 0..255, which become [0, 1]; labels `(n,)`, integers or strings.
        batch_size: Number of images in a batch.
        validation_share: Share of each task's training images kept for validation, in [0, 1). A
            share above 0 takes at least one image of a task with two; 0 means no validation.
        seed: Seed of the order of the images and of the choice for validation. Both follow from
            the seed and the task's name, so a class is the same task whatever the others are.
        classes: Labels, or names of classes where they have names, in the order of the tasks; an
            entry that is a sequence of them makes one task of several classes. `None` takes every
            class that occurs, in ascending order.
        data_dir: Where to look for a data set given by name, see `keras_lifelong_vae.data.load`.
        test: With a pair as `data`, the test images and labels; without it `task.test` is `None`.

    Returns:
        A sequence of tasks named after their classes (`"Trouser"`, `"Bag + Sandal"`), or after
        the numbers of the classes if `data` is a pair with integer labels.

    Raises:
        TypeError: If `data` or `test` is of another type, or images or labels have a wrong dtype.
        ValueError: If a number is out of range, the data set's name is unknown, images or
            labels do not fit, or a class is absent from the training or the test images or named
            twice.

    Example:
    ```python
    tasks = split_by_class("digits", classes=[3, (8, 9)])
    tasks.names  # ("3", "8 + 9")
    mine = split_by_class((images, labels), test=(test_images, test_labels))
    ```
    """
    options = checked_options(batch_size, validation_share, seed)
    train, held_out, names = _labelled(data, test, data_dir)
    tasks = []
    for group in check_classes(classes, names, train, held_out):
        name = " + ".join(names[label] if names else str(label) for label in group)
        test_split = held_out and held_out.of_classes(group)
        tasks.append(array_task(name, options, train.of_classes(group), test=test_split))
    return TaskSequence(tuple(tasks))


def _labelled(
    data: str | ImageData | tuple[Any, Any],
    test: tuple[Any, Any] | None,
    data_dir: str | PathLike[str] | None,
) -> tuple[ArraySplit, ArraySplit | None, tuple[str, ...] | None]:
    """Training and test images, and one name per label unless they are called by their number."""
    if isinstance(data, (str, ImageData)):
        if test is not None:
            raise ValueError(
                "`test` goes with `data` that is a pair (images, labels); a named data set and an "
                "`ImageData` have test images of their own."
            )
        loaded = image_data(data, "data", data_dir)
        return *splits_of(loaded), loaded.class_names
    check_no_data_dir(data, data_dir)
    images, labels = _pair(data, "data")
    if test is None:
        labels, names = _numbered(labels)
        return array_split(images, labels), None, names
    test_images, test_labels = _pair(test, "test", images.shape[1:])
    if test_labels.dtype.kind != labels.dtype.kind:
        raise TypeError(
            f"`test[1]` must hold labels like those of `data[1]`, {labels.dtype}, "
            f"received {test_labels.dtype}."
        )
    all_labels, names = _numbered(np.concatenate([labels, test_labels]))
    labels, test_labels = np.split(all_labels, [len(labels)])
    return array_split(images, labels), array_split(test_images, test_labels), names


def _pair(
    pair: Any, name: str, event_shape: tuple[int, ...] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The user's images and labels, checked; the labels are integers or strings."""
    is_sequence = isinstance(pair, (tuple, list))
    if not is_sequence or len(pair) != 2:
        received = f"a {type(pair).__name__}" + (f" of {len(pair)}" if is_sequence else "")
        raise TypeError(f"`{name}` must be a pair (images, labels), received {received}.")
    images = check_own_images(pair[0], f"{name}[0]", event_shape)
    labels = np.array(pair[1])  # a copy: later edits to the labels do not reach the tasks
    if labels.dtype == object and all(isinstance(label, str) for label in labels.flat):
        labels = labels.astype(str)  # as a DataFrame's column gives them
    if labels.dtype.kind not in "iuU":
        raise TypeError(
            f"`{name}[1]` must hold integer labels or strings, received dtype {labels.dtype}."
        )
    if labels.shape != images.shape[:1]:
        raise ValueError(
            f"`{name}[1]` must hold one label for each of {len(images)} images, shape "
            f"({len(images)},), received shape {labels.shape}."
        )
    return images, labels if labels.dtype.kind == "U" else labels.astype(np.int64)


def _numbered(labels: np.ndarray) -> tuple[np.ndarray, tuple[str, ...] | None]:
    """Labels as integers and, if they were strings, what each integer stands for."""
    if labels.dtype.kind != "U":
        return labels, None
    names, numbers = np.unique(labels, return_inverse=True)
    return numbers.astype(np.int64), tuple(names.tolist())


def check_classes(
    classes: Any, names: tuple[str, ...] | None, train: ArraySplit, test: ArraySplit | None
) -> list[tuple[int, ...]]:
    """One tuple of labels per task; `names` are what the labels 0, 1, ... are also called by."""
    uses = {"training": train, "test": test}
    present = {use: set(np.asarray(part.labels).tolist()) for use, part in uses.items() if part}
    if classes is None:
        classes = sorted(set().union(*present.values()))
    if isinstance(classes, str) or not isinstance(classes, (Sequence, np.ndarray)):
        raise TypeError(f"`classes` must be a sequence of labels, received {classes!r}.")
    groups = [_check_group(entry, f"classes[{i}]", names) for i, entry in enumerate(classes)]
    labels = [label for group in groups for label in group]
    for i, label in enumerate(labels):
        called = repr(names[label]) if names and label < len(names) else label
        if label in labels[:i]:
            raise ValueError(f"`classes` must name each class once, received {called} again.")
        for use, found in present.items():
            if label not in found:
                there = [names[one] if names else one for one in sorted(found)]
                raise ValueError(
                    f"`classes` must name classes with {use} images, received {called}; "
                    f"the classes of the {use} images are {there}."
                )
    return groups


def _check_group(entry: Any, name: str, names: tuple[str, ...] | None) -> tuple[int, ...]:
    if not isinstance(entry, (tuple, list)):
        return (_check_label(entry, name, names),)
    if not entry:
        raise ValueError(f"`{name}` must name at least one class, received {entry!r}.")
    return tuple(_check_label(label, f"{name}[{i}]", names) for i, label in enumerate(entry))


def _check_label(label: Any, name: str, names: tuple[str, ...] | None) -> int:
    if names is not None and isinstance(label, str):
        return names.index(check_choice(label, name, names))
    return check_natural(label, name)
