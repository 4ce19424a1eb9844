"""When one task ends and the next begins."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_lifelong_vae.checks import check_positive_int


class TeacherRollover(keras.callbacks.Callback):
    """Rolls the teacher over at the end of a task: always at the end of `fit`, and within it at
    each of `boundaries`, for a stream that goes through several tasks.

    Put it after callbacks that change weights when training ends, such as
    `EarlyStopping(restore_best_weights=True)`: callbacks are called in order. An interrupted
    `fit` ends no task.

    Args:
        boundaries: Training steps of this `fit`, increasing, after each of which a task ends;
            `TaskSequence.boundaries` counts them. Needs `steps_per_execution=1`, or boundaries
            that are multiples of it.
        verbose: Whether to print a line at each rollover.

    Raises:
        ValueError: If `boundaries` do not increase, `fit` cannot stop at one of them, or the
            model has no `rollover_teacher`.

    Example:

    ```python
    stream, boundaries = tasks.stream(epochs=10), tasks.boundaries(epochs=10)
    model.fit(stream, callbacks=[TeacherRollover(boundaries)])
    ```
    """

    def __init__(self, boundaries: Sequence[int] = (), verbose: int = 0) -> None:
        super().__init__()
        self.boundaries = tuple(check_positive_int(step, "boundaries") for step in boundaries)
        if list(self.boundaries) != sorted(set(self.boundaries)):
            raise ValueError(f"`boundaries` must increase, received {boundaries!r}.")
        self.verbose = verbose

    def on_train_begin(self, logs: Any = None) -> None:
        if not hasattr(self.model, "rollover_teacher"):
            raise ValueError(
                "`model` must have a method `rollover_teacher`, like LifelongVAE, "
                f"received {self.model!r}."
            )
        stride = self.model.steps_per_execution
        if any(step % stride for step in self.boundaries):
            raise ValueError(
                f"`boundaries` must be multiples of `steps_per_execution` ({stride}), "
                f"received {self.boundaries}."
            )
        self._steps = 0
        self._steps_at_rollover = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._steps += self.model.steps_per_execution
        if self._steps in self.boundaries:
            self._roll_over()

    def on_train_end(self, logs: Any = None) -> None:
        if self._steps > self._steps_at_rollover:
            self._roll_over()

    def _roll_over(self) -> None:
        self.model.rollover_teacher()
        self._steps_at_rollover = self._steps
        if self.verbose:
            print(f"Teacher rolled over: {int(self.model.finished_tasks)} tasks finished.")
