"""What looks at each batch of a stream before anything is learned from it, in the compiled step."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.step_guard import no_step
from keras_lifelong_vae.streams.batch_test import MIN_BATCH, BatchTest, Moments, pooled
from keras_lifelong_vae.streams.projections import Projections
from keras_lifelong_vae.types import Tensor
from keras_lifelong_vae.variables import number_in


class HeldBatch(NamedTuple):
    """A batch that was held back.

    Attributes:
        images: `(batch_size, *event_shape)`.
        log_p: Of `BatchTest`, nats.
    """

    images: np.ndarray
    log_p: float


class StreamWatch:
    """Lets batches through that are like those before them and holds others back.

    After `confirmations` improbable batches in a row it is closed: all are held back until it is
    told what they are. All of that is part of the graph, so that nothing waits for the host.

    Args:
        event_shape: Shape of one image.
        least_log_p: Below which a batch is held back, nats.
        confirmations: How many in a row close it.
        window: Batches that the reference holds; older ones are forgotten little by little.
    """

    def __init__(
        self, event_shape: Sequence[int], least_log_p: float, confirmations: int, window: int
    ) -> None:
        self.event_shape = tuple(event_shape)
        self.least_log_p = least_log_p
        self.confirmations = confirmations
        self.window = window
        self.projections = Projections(event_shape)
        self.test = BatchTest(self.projections.size)
        self._seen, self._judged, self._run = (
            tf.Variable(0, dtype=tf.int64, trainable=False) for _ in range(3)
        )
        self._last_log_p = _variable(tf.zeros((), tf.float64))
        self._reference = Moments(*(_variable(value) for value in self._nothing()))
        self._images = tf.Variable(
            np.zeros((0, *event_shape), "float32"), shape=(None, *event_shape), trainable=False
        )
        self._sizes, self._log_ps = (
            tf.Variable(tf.zeros((0,), dtype), shape=(None,), trainable=False)
            for dtype in (tf.int32, tf.float64)
        )

    def _nothing(self) -> Moments:
        size = self.projections.size
        shapes: tuple[tuple[int, ...], ...] = ((), (size,), (size, size), ())
        return Moments(*(tf.zeros(shape, tf.float64) for shape in shapes))

    @property
    def variables(self) -> list[tf.Variable]:
        """All of its state."""
        counters = [self._seen, self._judged, self._run, self._last_log_p]
        return [*counters, *self._reference, self._images, self._sizes, self._log_ps]

    @property
    def seen(self) -> int:
        """How many batches there were."""
        return number_in(self._seen)

    @property
    def judged(self) -> int:
        """How many of them were large enough to judge."""
        return number_in(self._judged)

    @property
    def run(self) -> int:
        """How many batches up to the last one were held back without one between them."""
        return number_in(self._run)

    @property
    def held(self) -> int:
        """How many are held back."""
        return int(tf.size(self._sizes))

    @property
    def is_closed(self) -> bool:
        """Whether it waits to be told what the batches are that it holds."""
        return self.run >= self.confirmations

    @property
    def last_log_p(self) -> Tensor:
        """Of the last batch, nats, `()`; 0 if it was not judged."""
        return tf.cast(tf.convert_to_tensor(self._last_log_p), tf.float32)

    @property
    def reference(self) -> Moments:
        """Of the images before."""
        return Moments(*map(tf.convert_to_tensor, self._reference))

    def close(self) -> None:
        """Holds back whatever comes."""
        self._run.assign(self.confirmations)

    def open(self) -> None:
        """Goes on judging."""
        self._run.assign(0)

    def refer_to(self, reference: Moments | None) -> None:
        """Compares with other images than before; `None` for none yet."""
        for variable, value in zip(self._reference, reference or self._nothing(), strict=True):
            variable.assign(value)

    def learn_moments(self, images: Tensor) -> None:
        """Adds images to the reference."""
        self._add(self.log_p(images)[1])

    def take(self, number: int) -> list[HeldBatch]:
        """The `number` batches that were held back first, which it no longer holds."""
        if not number:
            return []
        sizes, images, log_ps = (one.numpy() for one in (self._sizes, self._images, self._log_ps))
        end = int(sizes[:number].sum())
        self._images.assign(images[end:])
        self._sizes.assign(sizes[number:])
        self._log_ps.assign(log_ps[number:])
        batches = np.split(images[:end], np.cumsum(sizes[:number])[:-1])
        return [HeldBatch(*pair) for pair in zip(batches, log_ps[:number].tolist(), strict=True)]

    def log_p(self, images: Tensor) -> tuple[Tensor, Moments]:
        """See `BatchTest`, with the images before as reference."""
        return self.test.log_p(self.projections(images), self.reference)

    def screen(self, images: Tensor, learn: Callable[[Tensor], None]) -> None:
        """Calls `learn` with a batch that is let through."""
        log_p, batch = self.log_p(images)
        judged = batch.count >= MIN_BATCH
        run = tf.convert_to_tensor(self._run)
        log_p = tf.where(judged, log_p, 0.0)
        # A batch too small to judge is taken for one like the batch before.
        improbable = tf.where(judged, log_p < self.least_log_p, run > 0)

        def count(run: Tensor) -> None:
            # Here, because Keras also runs a step past the end of data.
            self._seen.assign_add(1)
            self._judged.assign_add(tf.cast(judged, tf.int64))
            self._run.assign(run)
            self._last_log_p.assign(log_p)

        def hold() -> Tensor:
            count(run + 1)
            self._images.assign(tf.concat([self._images, tf.cast(images, tf.float32)], 0))
            self._sizes.assign(tf.concat([self._sizes, [tf.shape(images)[0]]], 0))
            self._log_ps.assign(tf.concat([self._log_ps, [log_p]], 0))
            return no_step()

        def let_through() -> Tensor:
            count(tf.zeros_like(run))
            self._add(batch)
            learn(images)
            return no_step()

        tf.cond(improbable | (run >= self.confirmations), hold, let_through)

    def _add(self, batch: Moments) -> None:
        most = self.window * batch.count
        larger = pooled(self.reference, batch, most)
        usable = tf.reduce_all(tf.math.is_finite(batch.covariance)) & (batch.count > 0)
        for variable, value in zip(self._reference, larger, strict=True):
            variable.assign(tf.where(usable, value, variable))


def _variable(value: Tensor) -> tf.Variable:
    return tf.Variable(value, trainable=False)
