"""What a strategy is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from keras_lifelong_vae.models import LifelongVAE
from keras_lifelong_vae.tasks import TaskSequence


def as_they_arrive(tasks: TaskSequence) -> TaskSequence:
    """Each task's data alone, one after another."""
    return tasks


def nothing_more(tasks: TaskSequence, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """No options of the model follow from the tasks."""
    return {}


@dataclass(frozen=True)
class Strategy:
    """A way of learning a task sequence.

    Args:
        description: What it does, in a line.
        model: The class of the model.
        fixed: The options of the model that define the strategy.
        stages: Makes of the tasks what is fitted, one `fit` after another.
        derived: Options that follow from the tasks and the options chosen.
        keeps: What is in memory when a new task begins, besides the model that learns it.
    """

    description: str
    model: Callable[..., LifelongVAE] = LifelongVAE
    fixed: Mapping[str, Any] = field(default_factory=dict)
    stages: Callable[[TaskSequence], TaskSequence] = as_they_arrive
    derived: Callable[[TaskSequence, Mapping[str, Any]], Mapping[str, Any]] = nothing_more
    keeps: str = "nothing"
