"""One task made of rows of image tensors."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.checks import check_natural, check_positive_int, check_share, check_values
from keras_lifelong_vae.tasks.array_split import ArraySplit, index_tensor
from keras_lifelong_vae.tasks.seeds import derived_seed
from keras_lifelong_vae.tasks.task import Task


class TaskOptions(NamedTuple):
    """The arguments that the builders of tasks from arrays share."""

    batch_size: int
    validation_share: float
    seed: int

    @classmethod
    def checked(cls, batch_size: int, validation_share: float, seed: int) -> "TaskOptions":
        """Return the options, raise `ValueError` if one is out of range."""
        return cls(
            check_positive_int(batch_size, "batch_size"),
            check_share(validation_share, "validation_share"),
            check_natural(seed, "seed"),
        )


class Rows(NamedTuple):
    """Some rows of an image tensor, and what is known of the whole tensor.

    Args:
        images: Tensor `(n, *event_shape)`.
        value_range: Smallest and largest value, see `ArraySplit`.
        labels: Integer array `(n,)`, `None` if unknown.
        numbers: Which rows.
    """

    images: tf.Tensor
    value_range: tuple[float, float]
    labels: np.ndarray | None
    numbers: np.ndarray

    def with_labels(self, wanted: tuple[int, ...]) -> "Rows":
        """Return the rows of some classes."""
        return self._replace(numbers=np.flatnonzero(np.isin(np.asarray(self.labels), wanted)))


def copied(images: np.ndarray, labels: np.ndarray | None = None) -> Rows:
    """Return all rows of a copy on the CPU, which later edits to `images` do not reach.

    Wide floating-point numbers become float32, as that is what training uses.
    """
    is_bytes = images.dtype == np.uint8
    dtype = images.dtype if is_bytes or images.dtype == np.float16 else np.float32
    with tf.device("CPU:0"):
        tensor = tf.constant(images, dtype=dtype)
    value_range = (0.0, 1.0) if is_bytes else check_values(images, "images")
    return Rows(tensor, value_range, labels, np.arange(len(images)))


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
        validation: Validation images; `None` takes them from the training images.
        test: Test images, `None` for none.
        pixel_order: See `ArraySplit`; the same for all images of the task.
    """
    if validation is None:
        share, seed = options.validation_share, options.seed
        kept, held_out = carve_validation(train.numbers, share, seed, name)
        train, validation = train._replace(numbers=kept), train._replace(numbers=held_out)

    def split(source: Rows | None, shuffle_seed: int | None = None) -> ArraySplit | None:
        if source is None or len(source.numbers) == 0:
            return None
        return ArraySplit(
            images=source.images,
            rows=index_tensor(source.numbers),
            value_range=source.value_range,
            labels=None if source.labels is None else source.labels[source.numbers],
            pixel_order=pixel_order,
            batch_size=options.batch_size,
            shuffle_seed=shuffle_seed,
        )

    train_split = split(train, derived_seed(options.seed, name, "shuffle"))
    if train_split is None:
        raise ValueError(f"Task {name!r} must hold at least one training image, received none.")
    return Task(name, train_split, split(validation), split(test))


def carve_validation(
    rows: np.ndarray, validation_share: float, seed: int, name: str
) -> tuple[np.ndarray, np.ndarray]:
    """Divide a task's `rows` at random into training and validation rows, both in ascending order.

    The share is rounded to whole images. A share above 0 takes at least one image if there are
    two, and always leaves one. Tasks with different names differ in their choice.
    """
    wanted = round(len(rows) * validation_share)
    if validation_share > 0.0:
        wanted = max(wanted, 1)
    size = min(wanted, len(rows) - 1)
    order = np.random.default_rng(derived_seed(seed, name, "validation")).permutation(len(rows))
    return rows[np.sort(order[size:])], rows[np.sort(order[:size])]
