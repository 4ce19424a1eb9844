"""Several tasks as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.tasks.array_split import ArraySplit, MemorySplit
from keras_lifelong_vae.tasks.binarized_split import BinarizedSplit
from keras_lifelong_vae.tasks.from_datasets import DatasetSplit
from keras_lifelong_vae.tasks.seeds import derived_seed
from keras_lifelong_vae.tasks.split import Split, joint_range
from keras_lifelong_vae.tasks.task import Task
from keras_lifelong_vae.tasks.task_sequence import TaskSequence


def union(tasks: TaskSequence, name: str, steps_per_epoch: int | None = None) -> Task:
    """Make one task of the images of several, each image alike.

    Training images of all tasks are shuffled together; validation and test images follow each
    other in the order of the tasks. Of binarised tasks, training images are drawn afresh in every
    epoch, and the others have the same pixels as in their own tasks.

    Args:
        tasks: Tasks whose images lie in memory, all binarised or none.
        name: What the new task is called.
        steps_per_epoch: With how many training batches an epoch ends, at most as many as there
            are; all images if `None`.

    Raises:
        TypeError: If a task was made by `from_datasets`, or only some are binarised.

    Example:
    ```python
    everything = union(split_by_class("digits"), "all digits")
    ```
    """
    parts = [task.train_split for task in tasks]
    binarized = [part for part in parts if isinstance(part, BinarizedSplit)]
    if binarized and len(binarized) < len(parts):
        raise TypeError("`tasks` must be all binarised or all not, received some of both.")
    rows = _in_memory([part.base for part in binarized] if binarized else parts)
    batch_size, seed = rows[0].batch_size, derived_seed(rows[0].shuffle_seed or 0, name, "shuffle")
    train: Split = UnionSplit(
        parts=rows, steps_per_epoch=steps_per_epoch, batch_size=batch_size, shuffle_seed=seed
    )
    if binarized:
        train = BinarizedSplit(train, derived_seed(binarized[0].seed, name, "noise"), dynamic=True)
    return Task(
        name,
        train,
        _in_order([task.validation_split for task in tasks], batch_size),
        _in_order([task.test_split for task in tasks], batch_size),
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class UnionSplit(MemorySplit):
    """The images of `parts`, shuffled together.

    Args:
        parts: At least one split, all of one event shape.
        steps_per_epoch: With how many batches an epoch ends; all images if `None`.
    """

    parts: Sequence["ArraySplit | UnionSplit"]
    steps_per_epoch: int | None = None

    @property
    def event_shape(self) -> tuple[int, ...]:
        return self.parts[0].event_shape

    @property
    def num_images(self) -> int:
        return sum(part.num_images for part in self.parts)

    @property
    def num_batches(self) -> int:
        return self.steps_per_epoch or super().num_batches

    @property
    def value_range(self) -> tuple[float, float] | None:
        return joint_range(self.parts)

    @property
    def labels(self) -> np.ndarray | None:
        return _joint_labels(self.parts)

    def gather(self, positions: tf.Tensor) -> tf.Tensor:
        begins = np.cumsum([0, *(part.num_images for part in self.parts)])[:-1]
        owner = tf.searchsorted(begins, positions, side="right", out_type=tf.int32) - 1
        order = tf.range(tf.size(positions))
        number = len(self.parts)
        wanted = tf.dynamic_partition(positions - tf.gather(begins, owner), owner, number)
        images = [part.gather(rows) for part, rows in zip(self.parts, wanted, strict=True)]
        merged = tf.dynamic_stitch(tf.dynamic_partition(order, owner, number), images)
        return tf.ensure_shape(merged, (positions.shape[0], *self.event_shape))


def _in_memory(parts: Sequence[Split]) -> list[ArraySplit | UnionSplit]:
    rows = [part for part in parts if isinstance(part, (ArraySplit, UnionSplit))]
    if len(rows) < len(parts):
        raise TypeError(
            "`tasks` must have their images in memory, received a `DatasetSplit`, as "
            "`from_datasets` makes."
        )
    return rows


def _in_order(splits: Sequence[Split | None], batch_size: int) -> DatasetSplit | None:
    """The images of one split after another, in new batches."""
    parts = [split for split in splits if split is not None]
    if not parts:
        return None
    batches = reduce(tf.data.Dataset.concatenate, (part.batches() for part in parts))
    num_images = sum(part.num_images or 0 for part in parts)
    return DatasetSplit(
        batches.rebatch(batch_size),
        parts[0].event_shape,
        num_images,
        -(-num_images // batch_size),
        joint_range(parts),
        _joint_labels(parts),
    )


def _joint_labels(parts: Sequence[Split]) -> np.ndarray | None:
    labels = [part.labels for part in parts if part.labels is not None]
    return np.concatenate(labels) if len(labels) == len(parts) else None
