"""What the train, validation and test images of a task have in common."""

from typing import Protocol

import tensorflow as tf


class Split(Protocol):
    """Images of one task for one use: anything that makes batches of them."""

    @property
    def event_shape(self) -> tuple[int, ...]:
        """Shape of one image."""

    @property
    def num_images(self) -> int | None:
        """Number of images, `None` if nobody counted them."""

    @property
    def num_batches(self) -> int | None:
        """Number of batches in an epoch, `None` if nobody counted them."""

    @property
    def is_checked(self) -> bool:
        """Whether every value is known to be finite and in [0, 1]."""

    def batches(self) -> tf.data.Dataset:
        """Return a new data set of float32 batches `(batch, *event_shape)`."""
