"""Cumulative learning: all data so far are kept and learned again with each task."""

from keras_lifelong_vae.tasks import TaskSequence, union


def with_all_before(tasks: TaskSequence) -> TaskSequence:
    """Task after task, each together with the data of all tasks before it.

    An epoch has as many batches as one of the new task alone, drawn evenly from all data so far:
    the budget is that of the other strategies.
    """
    stages = [
        union(tasks[: i + 1], f"up to {task.name}", task.steps_per_epoch)
        for i, task in enumerate(tasks)
    ]
    return TaskSequence(tuple(stages))
