"""Several tasks as one."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import tensorflow as tf

from keras_lifelong_vae.tasks.array_split import ArraySplit
from keras_lifelong_vae.tasks.own_images import DatasetSplit
from keras_lifelong_vae.tasks.seeds import derived_seed
from keras_lifelong_vae.tasks.split import BinarizedSplit, Split, joint_labels, joint_range
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
    bases = [part.base for part in binarized] or parts
    memory = [split for split in bases if isinstance(split, ArraySplit)]
    if len(memory) < len(bases):
        raise TypeError(
            "`tasks` must have their images in memory, received a `DatasetSplit`, as "
            "`from_datasets` makes."
        )
    batch_size = memory[0].batch_size
    train: Split = replace(
        memory[0],
        parts=tuple(rows for split in memory for rows in split.parts),
        value_range=joint_range(memory),
        labels=joint_labels(memory),
        shuffle_seed=derived_seed(memory[0].shuffle_seed or 0, name, "shuffle"),
        steps_per_epoch=steps_per_epoch,
    )
    if binarized:
        train = BinarizedSplit(train, derived_seed(binarized[0].seed, name, "noise"), dynamic=True)
    validation = _in_order([task.validation_split for task in tasks], batch_size)
    return Task(name, train, validation, _in_order([t.test_split for t in tasks], batch_size))


def _in_order(splits: Sequence[Split | None], batch_size: int) -> DatasetSplit | None:
    """The images of one split after another, in new batches."""
    parts = [split for split in splits if split is not None]
    if not parts:
        return None
    batches = reduce(tf.data.Dataset.concatenate, (part.batches() for part in parts))
    num_images = sum(part.num_images or 0 for part in parts)
    num_batches = -(-num_images // batch_size)
    known = (num_images, num_batches, joint_range(parts), joint_labels(parts))
    return DatasetSplit(batches.rebatch(batch_size), parts[0].event_shape, *known)
