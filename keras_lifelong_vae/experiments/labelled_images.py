"""Images of all tasks in one array, with their tasks and classes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_lifelong_vae.tasks import TaskSequence


@dataclass(frozen=True)
class LabelledImages:
    """Images in the order of the tasks.

    A class is a label within a task: the 3 of one permutation is not the 3 of another.

    Args:
        images: `(n, *event_shape)`, floats.
        classes: `(n,)`, from 0.
        tasks: `(n,)`, from 0, ascending.
        task_of_class: `(num_classes,)`, the task that each class belongs to.
    """

    images: np.ndarray
    classes: np.ndarray
    tasks: np.ndarray
    task_of_class: np.ndarray

    @property
    def num_tasks(self) -> int:
        return int(self.task_of_class[-1]) + 1

    def of_tasks(self, number: int) -> "LabelledImages":
        """The images of the first `number` tasks."""
        end = int(np.searchsorted(self.tasks, number))
        return LabelledImages(
            self.images[:end], self.classes[:end], self.tasks[:end], self.task_of_class
        )


def collect(tasks: TaskSequence, use: str, limit: int | None = None) -> LabelledImages:
    """The first images of each task, as many of each, or all.

    Args:
        tasks: Tasks; one without labels has one class.
        use: "train" or "test".
        limit: How many images at most in all.
    """
    per_task = None if limit is None else limit // len(tasks)
    splits = [getattr(task, f"{use}_split") for task in tasks]
    parts = [_first(split, per_task) for split in splits]
    labels = [_labels(*pair) for pair in zip(splits, map(len, parts), strict=True)]
    numbers = np.repeat(np.arange(len(tasks)), [len(one) for one in labels])
    pairs = np.stack([numbers, np.concatenate(labels)], axis=1)
    known, classes = np.unique(pairs, axis=0, return_inverse=True)
    return LabelledImages(np.concatenate(parts), classes.reshape(-1), numbers, known[:, 0])


def _first(split: Any, number: int | None) -> np.ndarray:
    if not hasattr(split, "gather"):  # of a data set that is not in memory
        images = split.batches().unbatch()
        images = images if number is None else images.take(number)
        return np.stack(list(images.as_numpy_iterator()))
    size = split.num_images if number is None else min(number, split.num_images)
    chunks = np.array_split(np.arange(size), 1 + size // 8192)
    return np.concatenate([split.gather(positions).numpy() for positions in chunks])


def _labels(split: Any, number: int) -> np.ndarray:
    labels = getattr(split, "labels", None)
    return np.zeros(number, "int64") if labels is None else labels[:number]
