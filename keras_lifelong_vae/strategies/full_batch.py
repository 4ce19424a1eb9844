"""Full-batch learning: the data of all tasks at once, what forgetting nothing would give."""

from collections.abc import Mapping
from typing import Any

from keras_lifelong_vae.tasks import TaskSequence, union


def all_at_once(tasks: TaskSequence) -> TaskSequence:
    """One stage with the data of all tasks."""
    return TaskSequence((union(tasks, "all tasks"),))


def categories_of_all(tasks: TaskSequence, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """As many categories as the others have in the end."""
    return {"categories_per_task": len(tasks) * options.get("categories_per_task", 1)}
