"""One data set of the stream."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.checks import check_natural, note_value_range
from keras_lifelong_vae.tasks.seeds import derived_seed
from keras_lifelong_vae.tasks.split import BinarizedSplit, Split


@dataclass(frozen=True, eq=False, repr=False)
class Task:
    """One of the data sets that arrive one after another; immutable.

    `train`, `validation` and `test` are `tf.data.Dataset`s of float32 images without labels,
    `(batch, *event_shape)`. Every access makes a new one, which begins with the first epoch again;
    iterate one of them several times to see several epochs. `split_by_class`, `permuted`,
    `domains`, `from_arrays` and `from_datasets` make tasks.

    Args:
        name: Name of the task, not empty.
        train_split: Where the training batches come from.
        validation_split: The same for validation, `None` for no validation images.
        test_split: The same for the test, `None` for no test images.
    """

    name: str
    train_split: Split
    validation_split: Split | None = None
    test_split: Split | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise TypeError(f"`name` of a task must be a non-empty string, received {self.name!r}.")
        for split in (self.validation_split, self.test_split):
            if split is not None and split.event_shape != self.event_shape:
                raise ValueError(
                    f"The splits of task {self.name!r} must have one event shape, "
                    f"received {self.event_shape} and {split.event_shape}."
                )

    @property
    def event_shape(self) -> tuple[int, ...]:
        """Shape of one image."""
        return self.train_split.event_shape

    @property
    def train(self) -> tf.data.Dataset:
        """Training batches, reshuffled in every epoch.

        Images that do not fill a batch are left out of that epoch. A task smaller than a batch is
        one smaller batch.
        """
        return prefetched(self.train_split.batches(), self.train_split.value_range)

    @property
    def validation(self) -> tf.data.Dataset | None:
        """All validation images in order, or `None`."""
        split = self.validation_split
        return split and prefetched(split.batches(), split.value_range)

    @property
    def test(self) -> tf.data.Dataset | None:
        """All test images in order, or `None`."""
        split = self.test_split
        return split and prefetched(split.batches(), split.value_range)

    @property
    def num_train(self) -> int | None:
        """Number of training images, `None` if unknown (see `from_datasets`)."""
        return self.train_split.num_images

    @property
    def num_validation(self) -> int | None:
        """Number of validation images, `None` if unknown (see `from_datasets`)."""
        return 0 if self.validation_split is None else self.validation_split.num_images

    @property
    def num_test(self) -> int | None:
        """Number of test images, `None` if unknown (see `from_datasets`)."""
        return 0 if self.test_split is None else self.test_split.num_images

    @property
    def steps_per_epoch(self) -> int | None:
        """Number of training batches in an epoch, `None` if unknown (see `from_datasets`)."""
        return self.train_split.num_batches

    def unpermuted(self, images: np.ndarray) -> np.ndarray:
        """Images as this task has them, each pixel moved back to where `permuted` took it from.

        Those of a task that moves no pixels are returned as they are.
        """
        order = getattr(self.train_split, "pixel_order", None)  # your own splits have none
        if order is None:
            return images
        flat = images.reshape(len(images), -1)
        return flat[:, np.argsort(order)].reshape(images.shape)

    def binarized(self, seed: int = 0) -> "Task":
        """Return the same task with pixels drawn from Bernoulli(grey level).

        See `TaskSequence.binarized`.
        """
        check_natural(seed, "seed")
        drawn: dict[str, Any] = {}
        for use in ("train", "validation", "test"):
            split = getattr(self, f"{use}_split")
            if split is not None and not isinstance(split, BinarizedSplit):
                noise_seed = derived_seed(seed, self.name, use, "noise")
                drawn[f"{use}_split"] = BinarizedSplit(split, noise_seed, dynamic=use == "train")
        return replace(self, **drawn)

    def __repr__(self) -> str:
        return (
            f"Task({self.name!r}, event_shape={self.event_shape}, train={self.num_train}, "
            f"validation={self.num_validation}, test={self.num_test})"
        )


def prefetched(batches: tf.data.Dataset, limits: tuple[float, float] | None) -> tf.data.Dataset:
    """Return `batches` prefetched, with a note of the value range if it is known.

    Keras's `fit` begins two iterations per epoch and uses one of them. An iteration draws its order
    when it begins, so the beginning is put off until the first batch is asked for: the orders of
    the epochs are then those of a plain loop.
    """
    cardinality = batches.cardinality()
    batches = tf.data.Dataset.from_tensors(0).flat_map(lambda _: batches)
    if cardinality >= 0:
        batches = batches.apply(tf.data.experimental.assert_cardinality(cardinality))
    dataset = batches.prefetch(tf.data.AUTOTUNE)
    return dataset if limits is None else note_value_range(dataset, *limits)
