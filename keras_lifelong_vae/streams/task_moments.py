"""What the images of finished tasks were like, by which one that comes back is known again."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae.growing_weights import GrowingWeights
from keras_lifelong_vae.streams.batch_test import BatchTest, Moments
from keras_lifelong_vae.types import Tensor


class TaskMoments(keras.layers.Layer):
    """Number, mean, covariance and kurtosis of the projected images of each finished task.

    Args:
        max_tasks: How many tasks there is room for.
        size: Numbers of an image.
    """

    def __init__(self, max_tasks: int, size: int, **kwargs: Any) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.size = size
        self.kept = GrowingWeights(self._empty(max_tasks), False, dtype="float32", name="kept")
        self.built = True

    def _empty(self, max_tasks: int) -> dict[str, np.ndarray]:
        shapes = {"counts": (), "means": (self.size,), "covariances": (self.size, self.size)}
        shapes["kurtoses"] = ()
        return {name: np.zeros((max_tasks, *shape), "float32") for name, shape in shapes.items()}

    def keep(self, task: int, moments: Moments) -> None:
        """Remembers those of one task."""
        for name, value in zip(self.kept.names, moments, strict=True):
            values = getattr(self.kept, name).numpy()
            values[task] = value
            getattr(self.kept, name).assign(values)

    def of(self, task: int) -> Moments:
        """Those of one task; the count is 0 if they are not known."""
        values = (getattr(self.kept, name).numpy()[task] for name in self.kept.names)
        return Moments(*(tf.constant(value, tf.float64) for value in values))

    def find(self, features: Tensor, least_log_p: float) -> int | None:
        """The task that a batch is most probably of; `None` if it is improbable in each.

        Args:
            features: Of the batch, `(n, size)`.
            least_log_p: What is improbable, nats.
        """
        test = BatchTest(self.size)
        known = [task for task in range(self.kept.counts.shape[0]) if test.can_judge(self.of(task))]
        log_p = {task: float(test.log_p(features, self.of(task))[0]) for task in known}
        best = max(log_p, key=log_p.__getitem__, default=None)
        return best if best is not None and log_p[best] >= least_log_p else None

    def grow(self, max_tasks: int) -> None:
        """Makes room for more tasks."""
        larger = self._empty(max_tasks)
        for name, values in larger.items():
            old = getattr(self.kept, name).numpy()
            values[: len(old)] = old
        self.kept.replace(larger)
