"""Noticing by itself that one task has ended and another has begun."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae import replicas
from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.streams import (
    MIN_BATCH,
    HeldBatch,
    Moments,
    StreamWatch,
    squared_distance,
)
from keras_lifelong_vae.variables import number_in

EVERY = 8  # steps, after which it is looked at what is held back
DRIFT = 1.0  # standard deviations, after which a task that moves slowly ends
OUTLIER = 2.0  # times the logarithm of the rate of false alarms: too much for an accident


class Transition(NamedTuple):
    """Where a task was found to have ended.

    Attributes:
        batch: Of the stream, from 0, the first that is not of that task.
        step: Training steps of the model by then.
        task: Number of the task that begins, from 0.
        has_returned: Whether it was learned before.
        log_p: Nats, the logarithm of the probability of images as far away as all that were held
            back together, if nothing had changed; 0 where it has drifted.
        has_drifted: Whether it changed slowly, so that no batch was improbable.
    """

    batch: int
    step: int
    task: int
    has_returned: bool
    log_p: float
    has_drifted: bool = False


class TransitionDetector(keras.callbacks.Callback):
    """Rolls the teacher over where the images of a stream change, in the place of TeacherRollover.

    Each batch is compared with those before it by fixed random projections of its images, which
    training doesn't change: see `streams.BatchTest`. One that is improbable is held back before
    anything is learned from it. If the next batches are improbable, too, and all of them together
    even more so, a task has ended: the teacher rolls over, and what was held back is learned as the
    next task. If not, the held one is learned; or, if not one batch in the square of
    `steps_per_false_alarm` should be like it, dropped as an outlier.

    A task that comes back is known again by mean and covariance of its projections: the student
    goes on learning it with its own categories and no summary is added. When `fit` ends, its last
    task ends, too; if the next `fit` goes on with the same images, it goes on with that task.

    The logs get `log_p`: the logarithm of the probability that a batch is as far away as the last
    one if nothing has changed, nats.

    Images of a task must come in random order and in batches of at least 32. Smaller batches, such
    as the last of an epoch, are taken for what the one before was. A task of fewer images than
    eight for each of 32 projections is not known again. A drift that is too slow to show between a
    batch and the `window` before it is followed, until the mean of the projections has moved by one
    standard deviation since the task began: then the task ends, so that what it was is kept.

    Args:
        steps_per_false_alarm: With no change at all at most one transition is found in so many
            training steps. More steps need more evidence. Of single batches p < 1 / steps^(1 /
            confirmations) is improbable, of all together p < 1 / steps.
        confirmations: Improbable batches in a row that make a transition.
        window: Batches that a batch is compared with, the last ones of its task.
        verbose: Whether to print a line at each transition.

    Raises:
        ValueError: If an argument is out of range. In `fit`: if there is a TeacherRollover as well,
            the batches are too small, or there are replicas.

    Example:

    ```python
    detector = klv.TransitionDetector()
    model.fit(stream, callbacks=[detector])
    detector.transitions
    ```

    References: Hotelling, "The Generalization of Student's Ratio", 1931, for the test.
    """

    def __init__(
        self,
        steps_per_false_alarm: int = 100_000,
        confirmations: int = 3,
        window: int = 100,
        verbose: int = 0,
    ) -> None:
        super().__init__()
        self.steps_per_false_alarm = check_positive_int(
            steps_per_false_alarm, "steps_per_false_alarm"
        )
        self.confirmations = check_positive_int(confirmations, "confirmations")
        self.window = check_positive_int(window, "window")
        self.verbose = verbose
        self.outliers = 0
        self._calls = 0
        self._found: list[np.ndarray] = []
        self._drifted = False  # and it is not known yet to which task
        self._anchor: list[np.ndarray] = []  # what the images of the task were like at first
        self._watch: Any = None
        self._state: list[tf.Variable] = []  # in checkpoints

    @property
    def transitions(self) -> list[Transition]:
        """All that were found, in all calls of `fit`."""
        return [
            Transition(
                int(batch), int(step), int(task), bool(returned), float(log_p), bool(drifted)
            )
            for batch, step, task, returned, log_p, drifted in self._found
        ]

    @property
    def least_log_p(self) -> float:
        """Nats, of a batch that is the only one in `steps_per_false_alarm`."""
        return -math.log(self.steps_per_false_alarm)

    def watch(self, model: Any) -> StreamWatch:
        """What looks at the batches of `model`; for the model to use."""
        if replicas.synchronize(model.distribute_strategy):
            raise ValueError(
                "`callbacks` must hold no TransitionDetector with replicas (tf.distribute): each "
                "sees other images."
            )
        if model.needs_labels:
            raise ValueError(
                "`callbacks` must hold no TransitionDetector if a term asks for labels: those of a "
                "stream belong to no task yet."
            )
        if self._watch is None:
            least = self.least_log_p / self.confirmations
            self._watch = StreamWatch(model.event_shape, least, self.confirmations, self.window)
            self._state = self._watch.variables
        watch: StreamWatch = self._watch
        if watch.event_shape != model.event_shape:
            raise ValueError(
                f"`callbacks` must hold a TransitionDetector of images {model.event_shape}, "
                f"received one that has seen {watch.event_shape}."
            )
        return watch

    def on_train_begin(self, logs: Any = None) -> None:
        if self._is_between_tasks() and number_in(self.model.finished_tasks):
            self._watch.close()  # until it is known which task this is

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._calls += 1
        stride = self.model.steps_per_execution
        if self._calls % max(1, EVERY // stride) == 0:
            self._check_judged()
            self._look()

    def on_train_end(self, logs: Any = None) -> None:
        self._check_judged()
        self._look()
        self._settle(self._watch.take(self._watch.held))
        self._watch.open()
        if not self._is_between_tasks():
            self._end_task(self._watch.reference)

    def _is_between_tasks(self) -> bool:
        return number_in(self.model.training_steps) == number_in(self.model.steps_at_rollover)

    def _check_judged(self) -> None:
        if self._watch.seen and not self._watch.judged:
            raise ValueError(
                f"`x` must come in batches of at least {MIN_BATCH} images with TransitionDetector, "
                f"received {self._watch.seen} smaller ones."
            )

    def _look(self) -> None:
        if self._watch.is_closed:
            self._change_tasks()
        else:
            self._settle(self._watch.take(self._watch.held - self._watch.run))
            self._follow()

    def _follow(self) -> None:
        """Ends a task that has moved too far from where it began."""
        reference = self._watch.reference
        if not self._anchor:
            if reference.count >= self.window * MIN_BATCH:
                self._anchor = [np.asarray(part) for part in reference]
        elif squared_distance(Moments(*self._anchor), reference) > DRIFT**2:
            self._drifted = True
            self._end_task(Moments(*self._anchor))
            self._watch.close()  # until it is known which task this is

    def _settle(self, held: Sequence[HeldBatch]) -> None:
        """Learns or drops batches that were followed by others of the present task."""
        for images, log_p in held:
            if log_p < OUTLIER * self.least_log_p:
                self.outliers += 1
                continue
            self._watch.learn_moments(images)
            self.model.learn_batch(images)

    def _change_tasks(self) -> None:
        self._settle(self._watch.take(max(0, self._watch.held - self._watch.run)))
        held = self._watch.take(self._watch.held)
        if not held:
            return
        images = [batch.images for batch in held]
        log_p = float(self._watch.log_p(np.concatenate(images))[0])
        self._watch.open()
        is_new_fit = self._is_between_tasks() and not self._drifted
        if not self._is_between_tasks():
            if log_p >= self.least_log_p:
                return self._settle(held)
            self._end_task(self._watch.reference)
        self._begin_task(images)
        if not is_new_fit:
            self._note(self._watch.seen - len(held), log_p)
        self._drifted = False
        for batch in images:
            self.model.learn_batch(batch)
        return None

    def _end_task(self, moments: Moments) -> None:
        task = number_in(self.model.present_task)
        self.model.task_moments.keep(task, moments)
        self._watch.refer_to(None)
        self._anchor = []
        self.model.rollover_teacher()

    def _begin_task(self, batches: list[np.ndarray]) -> None:
        """Finds out which task it is; the first batch may be half of the one before."""
        for images in batches[1:] or batches:
            self._watch.learn_moments(images)
        features = self._watch.projections(np.concatenate(batches[1:] or batches))
        task = self.model.task_moments.find(features, self.least_log_p)
        if task is not None:
            self.model.resume_task(task)
            self._watch.refer_to(self.model.task_moments.of(task))
            self._anchor = [np.asarray(part) for part in self._watch.reference]

    def _note(self, batch: int, log_p: float) -> None:
        model = self.model
        task = number_in(model.present_task)
        returned = task < number_in(model.finished_tasks)
        found = [batch, number_in(model.training_steps), task, returned, log_p, self._drifted]
        self._found.append(np.array(found, "float64"))
        if self.verbose:
            what = f"task {task} has come back" if returned else f"task {task} begins"
            print(f"Transition before batch {batch} of the stream: {what}.")
