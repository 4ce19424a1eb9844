"""Several tasks as one."""

from keras_lifelong_vae.tasks.array_split import ArraySplit
from keras_lifelong_vae.tasks.seeds import derived_seed
from keras_lifelong_vae.tasks.split import Split
from keras_lifelong_vae.tasks.task import Task
from keras_lifelong_vae.tasks.task_sequence import TaskSequence
from keras_lifelong_vae.tasks.union_split import UnionSplit


def union(tasks: TaskSequence, name: str, steps_per_epoch: int | None = None) -> Task:
    """Make one task of the images of several, each image alike.

    Args:
        tasks: Tasks whose images lie in memory.
        name: What the new task is called.
        steps_per_epoch: With how many training batches an epoch ends, at most as many as there
            are; all images if `None`.

    Raises:
        TypeError: If a task was made by `from_datasets` or `binarized`.

    Example:
    ```python
    everything = union(split_by_class("digits"), "all digits")
    ```
    """
    first = _parts(tasks, "train_split")
    batch_size = first[0].batch_size
    seed = derived_seed(first[0].shuffle_seed or 0, name, "shuffle")

    def in_order(use: str) -> Split | None:
        parts = _parts(tasks, use)
        return UnionSplit(parts, batch_size) if parts else None

    return Task(
        name,
        UnionSplit(first, batch_size, seed, steps_per_epoch),
        in_order("validation_split"),
        in_order("test_split"),
    )


def _parts(tasks: TaskSequence, use: str) -> list[ArraySplit]:
    parts = [getattr(task, use) for task in tasks if getattr(task, use) is not None]
    for part in parts:
        if not isinstance(part, ArraySplit):
            raise TypeError(
                f"`tasks` must have their images in memory, received a {type(part).__name__}; "
                "make them with `split_by_class`, `permuted`, `domains` or `from_arrays`."
            )
    return parts
