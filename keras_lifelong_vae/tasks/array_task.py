"""One task made of rows of image tensors."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.tasks.array_split import ArraySplit, index_tensor
from keras_lifelong_vae.tasks.options import TaskOptions
from keras_lifelong_vae.tasks.seeds import derived_seed
from keras_lifelong_vae.tasks.task import Task
from keras_lifelong_vae.tasks.validation_split import carve_validation


class Rows(NamedTuple):
    """Some images of a tensor `(n, *event_shape)`, and the labels `(n,)` of all if known."""

    images: tf.Tensor
    rows: np.ndarray
    labels: np.ndarray | None = None

    @property
    def own_labels(self) -> np.ndarray | None:
        """The label of each of the rows."""
        return None if self.labels is None else self.labels[self.rows]


def all_rows(images: tf.Tensor, labels: np.ndarray | None = None) -> Rows:
    """Return every row of the tensor."""
    return Rows(images, np.arange(images.shape[0]), labels)


def array_task(
    name: str,
    options: TaskOptions,
    train: Rows,
    validation: Rows | None = None,
    test: Rows | None = None,
    pixel_order: tf.Tensor | None = None,
) -> Task:
    """Return the task of the given images.

    Args:
        name: Name of the task.
        options: Batch size, share of validation images and seed.
        train: Training images, at least one.
        validation: Validation images; `None` carves them out of the training images.
        test: Test images, `None` for none.
        pixel_order: See `ArraySplit`; the same for all images of the task.
    """
    if validation is None:
        share = options.validation_share
        train_rows, validation_rows = carve_validation(train.rows, share, options.seed, name)
        train, validation = train._replace(rows=train_rows), train._replace(rows=validation_rows)

    def split(source: Rows | None, shuffle_seed: int | None = None) -> ArraySplit | None:
        if source is None or len(source.rows) == 0:
            return None
        rows = index_tensor(source.rows)
        return ArraySplit(
            source.images,
            rows,
            options.batch_size,
            shuffle_seed,
            pixel_order,
            labels=source.own_labels,
        )

    train_split = split(train, derived_seed(options.seed, name, "shuffle"))
    if train_split is None:
        raise ValueError(f"Task {name!r} must hold at least one training image, received none.")
    return Task(name, train_split, split(validation), split(test))
