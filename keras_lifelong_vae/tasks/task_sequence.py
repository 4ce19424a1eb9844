"""The tasks of a run, in the order in which they arrive."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from typing import overload

import tensorflow as tf

from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.tasks.split import joint_range
from keras_lifelong_vae.tasks.task import Task, prefetched


@dataclass(frozen=True, eq=False, repr=False)
class TaskSequence(Sequence[Task]):
    """Immutable sequence of at least one task with one event shape and distinct names.

    It has a length, is indexed and iterated; a slice and a sum are sequences again.

    Args:
        tasks: The tasks in order.

    Raises:
        TypeError: If something else than tasks is given.
        ValueError: If there is no task, two have one name, one has a name that can't be printed in
            a line, or their event shapes differ.

    Example:
    ```python
    tasks = split_by_class("digits")
    for task in tasks:  # or model.fit(tasks.stream(epochs=10))
        model.fit(task.train, epochs=10, validation_data=task.validation)
    scores = [model.evaluate(task.test) for task in tasks]
    ```
    """

    tasks: tuple[Task, ...]

    def __post_init__(self) -> None:
        tasks = tuple(self.tasks)
        object.__setattr__(self, "tasks", tasks)
        if not tasks:
            raise ValueError("`tasks` must hold at least one task, received none.")
        for task in tasks:
            if not isinstance(task, Task):
                raise TypeError(f"`tasks` must hold `Task`s, received {type(task).__name__}.")
            if task.event_shape != tasks[0].event_shape:
                raise ValueError(
                    f"`tasks` must have one event shape, received {tasks[0].event_shape} for task "
                    f"{tasks[0].name!r} and {task.event_shape} for task {task.name!r}."
                )
            if not task.name.isprintable():
                raise ValueError(
                    "`tasks` must have names that can be printed in a line, received "
                    f"{task.name!r}."
                )
        repeated = [name for name, count in sorted(Counter(self.names).items()) if count > 1]
        if repeated:
            raise ValueError(
                f"`tasks` must have distinct names, received {repeated} more than once."
            )

    @property
    def event_shape(self) -> tuple[int, ...]:
        """Shape of one image of any of the tasks."""
        return self.tasks[0].event_shape

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the tasks in order."""
        return tuple(task.name for task in self.tasks)

    def stream(self, epochs: int | Sequence[int]) -> tf.data.Dataset:
        """Return the training batches of all tasks, one task after another.

        The batches and their order are those of iterating, for every task, one `task.train`
        object `epochs` times, and so those of `fit(task.train, epochs=epochs)`.

        Args:
            epochs: How often to go through each task: one number for all or one per task.

        Returns:
            A finite data set that knows its cardinality, `boundaries(epochs)[-1]` (unknown if a
            task does not know its number of batches, see `from_datasets`).

        Raises:
            ValueError: If a number is not an integer of at least 1 or there is not one number per
                task.
        """
        pairs = zip(self.tasks, self._epochs_per_task(epochs), strict=True)
        repeated = (task.train_split.batches().repeat(count) for task, count in pairs)
        batches = reduce(tf.data.Dataset.concatenate, repeated)
        return prefetched(batches, joint_range(task.train_split for task in self.tasks))

    def boundaries(self, epochs: int | Sequence[int]) -> tuple[int, ...]:
        """Return after how many training steps of `stream(epochs)` each task ends.

        Raises:
            ValueError: As `stream`, and if a task does not know its number of batches.

        Example:
        ```python
        tasks.boundaries(epochs=2)  # (2, 4, 6) for three tasks of one batch
        ```
        """
        pairs = zip(self.tasks, self._epochs_per_task(epochs), strict=True)
        return tuple(accumulate(_steps(task) * count for task, count in pairs))

    def binarized(self, seed: int = 0) -> "TaskSequence":
        """Return the sequence with black and white pixels, x ~ Bernoulli(grey level).

        The training images are drawn afresh in every epoch (dynamic binarisation); validation and
        test images are drawn once and are the same every time. Images that are black and white
        already stay as they are.

        Args:
            seed: Seed of the noise, at least 0. It does not change the order of the images.

        Raises:
            ValueError: If `seed` is not an integer of at least 0, or values are known to lie
                outside [0, 1]; where they are unknown, iterating checks them.
        """
        return TaskSequence(tuple(task.binarized(seed) for task in self.tasks))

    def _epochs_per_task(self, epochs: int | Sequence[int]) -> list[int]:
        if not isinstance(epochs, Sequence) or isinstance(epochs, str):
            return [check_positive_int(epochs, "epochs")] * len(self)
        if len(epochs) != len(self):
            raise ValueError(
                f"`epochs` must be one integer or one for each of {len(self)} tasks, "
                f"received {len(epochs)} numbers."
            )
        return [check_positive_int(count, f"epochs[{i}]") for i, count in enumerate(epochs)]

    def __len__(self) -> int:
        return len(self.tasks)

    @overload
    def __getitem__(self, index: int) -> Task: ...

    @overload
    def __getitem__(self, index: slice) -> "TaskSequence": ...

    def __getitem__(self, index: int | slice) -> "Task | TaskSequence":
        if isinstance(index, slice):
            return TaskSequence(self.tasks[index])
        return self.tasks[index]

    def __add__(self, other: "TaskSequence") -> "TaskSequence":
        if not isinstance(other, TaskSequence):
            return NotImplemented
        return TaskSequence(self.tasks + other.tasks)

    def __repr__(self) -> str:
        lines = "".join(f"    {task!r},\n" for task in self.tasks)
        return f"TaskSequence(\n{lines})"


def _steps(task: Task) -> int:
    if task.steps_per_epoch is None:
        raise ValueError(
            f"`boundaries` needs the number of batches of every task, which the training data set "
            f"of task {task.name!r} does not know. Build the task with `check_values=True`, or "
            "apply `tf.data.experimental.assert_cardinality` to the data set."
        )
    return task.steps_per_epoch
