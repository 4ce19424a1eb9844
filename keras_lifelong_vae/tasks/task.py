"""One data set of the stream."""

from dataclasses import dataclass

import tensorflow as tf

from keras_lifelong_vae.checks import mark_checked
from keras_lifelong_vae.tasks.arguments import check_natural
from keras_lifelong_vae.tasks.binarized_split import BinarizedSplit
from keras_lifelong_vae.tasks.seeds import derived_seed
from keras_lifelong_vae.tasks.split import Split


@dataclass(frozen=True, eq=False, repr=False)
class Task:
    """One of the data sets that arrive one after another; immutable.

    `train`, `validation` and `test` are `tf.data.Dataset`s of images alone: float32 in [0, 1],
    shape `(batch, *event_shape)`. Every access makes a new one, so that the order of the epochs
    follows from the seed alone and not from who iterated before; iterate one object several times
    to see several epochs. The builders (`split_by_class`, `permuted`, `from_arrays`,
    `from_datasets`) make tasks.

    Args:
        name: Name of the task, not empty.
        train_split: Where the training batches come from.
        validation_split: The same for validation, `None` for no validation images.
        test_split: The same for the test, `None` for no test images.

    Example:
    ```python
    task = split_by_class("digits")[3]
    model.fit(task.train, epochs=10, validation_data=task.validation)
    ```
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

        All batches are full, and images that fill none sit the epoch out; if the whole task is
        smaller than a batch it is one smaller batch.
        """
        return prefetched(self.train_split.batches(), self.train_split.is_checked)

    @property
    def validation(self) -> tf.data.Dataset | None:
        """All validation images in order, or `None`."""
        split = self.validation_split
        return None if split is None else prefetched(split.batches(), split.is_checked)

    @property
    def test(self) -> tf.data.Dataset | None:
        """All test images in order, or `None`."""
        split = self.test_split
        return None if split is None else prefetched(split.batches(), split.is_checked)

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

    def binarized(self, seed: int = 0) -> "Task":
        """Return the same task with pixels drawn from Bernoulli(grey level).

        See `TaskSequence.binarized`.
        """

        def draw(split: Split, purpose: str) -> Split:
            noise_seed = derived_seed(seed, self.name, purpose, "noise")
            return BinarizedSplit(split, noise_seed, dynamic=purpose == "train")

        check_natural(seed, "seed")
        return Task(
            self.name,
            draw(self.train_split, "train"),
            self.validation_split and draw(self.validation_split, "validation"),
            self.test_split and draw(self.test_split, "test"),
        )

    def __repr__(self) -> str:
        return (
            f"Task({self.name!r}, event_shape={self.event_shape}, train={self.num_train}, "
            f"validation={self.num_validation}, test={self.num_test})"
        )


def prefetched(batches: tf.data.Dataset, is_checked: bool) -> tf.data.Dataset:
    """Return `batches` prefetched, and marked where no one needs to look at the values again.

    Keras's `fit` begins two iterations an epoch and goes on with one of them. An iteration draws
    its order when it begins, so the real beginning is put off until the first batch is asked for:
    only epochs that are gone through count, and their orders are those of a plain loop.
    """
    cardinality = batches.cardinality()
    batches = tf.data.Dataset.from_tensors(0).flat_map(lambda _: batches)
    if cardinality >= 0:
        batches = batches.apply(tf.data.experimental.assert_cardinality(cardinality))
    dataset = batches.prefetch(tf.data.AUTOTUNE)
    return mark_checked(dataset) if is_checked else dataset
