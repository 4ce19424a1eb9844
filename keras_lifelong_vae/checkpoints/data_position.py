"""Going on in the middle of a data set, with the batches that were not seen yet."""

from typing import Any

import numpy as np
import tensorflow as tf

KERAS_BATCH_SIZE = 32


class DataPosition:
    """Training data for `fit` that can begin at any batch of any epoch.

    An iteration begins when its first batch is asked for. So the orders of the epochs are those of
    a plain loop, however many iterations Keras begins and drops, and what is shuffled by a seed has
    the same order in every process.

    Args:
        x: A `tf.data.Dataset`, or an array of images.
        arguments: Of `fit`; those that a data set takes the place of are removed.
        seed: Of the order in which an array is shuffled.

    Raises:
        TypeError: If `x` is something else, which can't go on where it was.
        ValueError: If images for validation are to be taken from `x`.
    """

    def __init__(self, x: Any, arguments: dict[str, Any], seed: int) -> None:
        if arguments.get("validation_split"):
            raise ValueError(
                "`validation_split` must be 0 with SequenceCheckpoint: pass `validation_data`; "
                f"received {arguments['validation_split']!r}."
            )
        self._dataset = _dataset(x, arguments, seed)
        self._stride = arguments.get("steps_per_epoch")

    @property
    def steps_per_epoch(self) -> int | None:
        """How many batches an epoch has, if that is known."""
        size = int(self._dataset.cardinality())
        return self._stride or (size if size >= 0 else None)

    def begin(self, epochs: int, step: int) -> None:
        """Passes over whole epochs, without making their batches, and steps of the next one."""
        self._step, dataset = step, self._dataset
        if self._stride is not None:  # one stream, of which Keras takes so many batches an epoch
            iterator = iter(dataset.repeat().skip(epochs * self._stride + step))
            shared = tf.data.Dataset.counter().map(lambda _: iterator.get_next())
            options = tf.data.Options()
            options.experimental_optimization.inject_prefetch = False  # it would take one more
            self._dataset = shared.with_options(options)
            return
        lazy = tf.data.Dataset.from_tensors(0).flat_map(lambda _: dataset)
        if dataset.cardinality() >= 0:
            lazy = lazy.apply(tf.data.experimental.assert_cardinality(dataset.cardinality()))
        self._dataset = lazy
        for _ in range(epochs):
            for _ in lazy.take(1):  # an iteration that has begun has drawn its order
                pass

    def rest_of_epoch(self) -> tuple[tf.data.Dataset, int | None]:
        """What follows in the epoch that was begun, and how many batches if that is not all."""
        if self._stride is not None:
            return self._dataset, self._stride - self._step
        return self._dataset.skip(self._step).prefetch(tf.data.AUTOTUNE), None

    def epochs(self) -> tf.data.Dataset:
        """The whole epochs that follow."""
        return self._dataset if self._stride else self._dataset.prefetch(tf.data.AUTOTUNE)


def _dataset(x: Any, arguments: dict[str, Any], seed: int) -> tf.data.Dataset:
    shuffle = arguments.pop("shuffle", True)
    if isinstance(x, tf.data.Dataset):
        return x
    if not hasattr(x, "__array__"):
        raise TypeError(
            "`x` must be a tf.data.Dataset or an array with SequenceCheckpoint, because others "
            f"can't go on in the middle, received {type(x).__name__}."
        )
    images = np.asarray(x)
    size = arguments.pop("batch_size", None) or KERAS_BATCH_SIZE
    dataset = tf.data.Dataset.range(len(images))
    if shuffle:
        dataset = dataset.shuffle(len(images), seed=seed)
    with tf.device("CPU:0"):
        values = tf.constant(images)
    return dataset.batch(size).map(lambda rows: tf.gather(values, rows))
