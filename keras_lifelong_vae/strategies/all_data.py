"""Strategies that keep all data: with each task again, or all tasks at once."""

from collections.abc import Mapping
from typing import Any

from keras_lifelong_vae.tasks import TaskSequence, union


def with_all_before(tasks: TaskSequence) -> TaskSequence:
    """Task after task, each together with the data of all tasks before it.

    An epoch has as many batches as one of the new task alone, drawn evenly from all data so far:
    the budget is that of the other strategies.
    """
    return TaskSequence(
        tuple(
            union(tasks[: i + 1], f"up to {task.name}", task.steps_per_epoch)
            for i, task in enumerate(tasks)
        )
    )


def all_at_once(tasks: TaskSequence) -> TaskSequence:
    """One stage with the data of all tasks: what forgetting nothing would give."""
    return TaskSequence((union(tasks, "all tasks"),))


def categories_of_all(tasks: TaskSequence, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """As many categories as the others have in the end."""
    return {"categories_per_task": len(tasks) * options.get("categories_per_task", 1)}
