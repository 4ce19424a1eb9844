"""Images of all tasks in one array, with their tasks and classes."""

from dataclasses import dataclass, replace

import numpy as np

from keras_lifelong_vae.tasks import TaskSequence
from keras_lifelong_vae.tasks.array_split import ArraySplit
from keras_lifelong_vae.tasks.split import BinarizedSplit, Split, joint_labels


@dataclass(frozen=True)
class LabelledImages:
    """Images in the order of the tasks.

    A class is a label within a task: the 3 of one permutation is not the 3 of another.
    """

    images: np.ndarray  # (n, *event_shape)
    classes: np.ndarray  # (n,), from 0
    tasks: np.ndarray  # (n,), from 0, ascending
    task_of_class: np.ndarray  # (num_classes,), the task that each class belongs to
    labelled: bool = True  # whether the labels of all tasks are known; a task without has one class

    @property
    def num_tasks(self) -> int:
        return int(self.task_of_class[-1]) + 1

    def of_tasks(self, number: int) -> "LabelledImages":
        """The images of the first `number` tasks."""
        end = int(np.searchsorted(self.tasks, number))
        return replace(
            self, images=self.images[:end], classes=self.classes[:end], tasks=self.tasks[:end]
        )


def collect(tasks: TaskSequence, use: str, limit: int | None = None) -> LabelledImages:
    """The first images of each task for "train" or "test", as many of each, at most `limit`."""
    per_task = None if limit is None else limit // len(tasks)
    splits = ([task.train_split, task.test_split or task.train_split] for task in tasks)
    labels_of = map(joint_labels, splits)
    known = [[] if labels is None else np.unique(labels).tolist() for labels in labels_of]
    task_of_class = np.arange(len(tasks)).repeat([max(len(own), 1) for own in known])
    images: list[np.ndarray] = []
    classes: list[np.ndarray] = []
    for i, (task, own) in enumerate(zip(tasks, known, strict=True)):
        split = getattr(task, f"{use}_split")
        batches = _in_order(split).batches().rebatch(per_task or 8192)
        images.append(np.concatenate([*batches.take(1 if per_task else -1).as_numpy_iterator()]))
        labels = split.labels[: len(images[-1])] if own else np.zeros(len(images[-1]), int)
        begin = np.searchsorted(task_of_class, i)
        classes.append(begin + np.searchsorted(own or [0], labels))
    all_classes = np.concatenate(classes)
    of_task = task_of_class[all_classes]
    return LabelledImages(np.concatenate(images), all_classes, of_task, task_of_class, all(known))


def _in_order(split: Split) -> Split:
    """The split without the shuffling of training: image i has label i."""
    if isinstance(split, BinarizedSplit):
        return replace(split, base=_in_order(split.base))
    return replace(split, shuffle_seed=None) if isinstance(split, ArraySplit) else split
