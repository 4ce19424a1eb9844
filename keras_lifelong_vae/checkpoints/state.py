"""What a model and its callbacks hold in the middle of `fit`, as arrays and numbers."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

ARRAYS = "arrays"
KEPT = (np.ndarray, np.generic, tf.Variable)


def model_state(model: Any) -> list[np.ndarray]:
    """Every variable: student, teacher, optimizer, summaries, codes, counters, seeds, means."""
    return [np.asarray(variable) for variable in _variables(model)]


def restore_model(model: Any, arrays: Sequence[np.ndarray], task_capacity: int) -> None:
    """Assigns what `model_state` returned.

    Args:
        model: Of the same configuration, compiled.
        arrays: As many as it has variables, or more.
        task_capacity: For how many tasks there was room.

    Raises:
        ValueError: If a shape is another one.
    """
    while model.student.latent.task_capacity < task_capacity:
        model.grow(task_capacity)
    variables = _variables(model)
    shapes = [tuple(variable.shape) for variable in variables]
    stored = [array.shape for array in arrays[: len(variables)]]
    if shapes != stored:
        raise ValueError(
            "The checkpoint must be one of this model and optimizer, received one with "
            f"{len(stored)} variables of other shapes than its {len(shapes)}."
        )
    for variable, array in zip(variables, arrays, strict=False):
        variable.assign(array)


def _variables(model: Any) -> list[keras.Variable]:
    means = [variable for metric in model.metrics for variable in metric.variables]
    found = [*model.variables, *model.optimizer.variables, *means]
    return list({id(variable): variable for variable in found}.values())


def callback_state(callback: keras.callbacks.Callback, arrays: list[np.ndarray]) -> dict[str, Any]:
    """The numbers and weights that a callback remembers, such as `EarlyStopping` the best ones.

    Args:
        callback: Any.
        arrays: To which its weights are appended.
    """
    state: dict[str, Any] = {}
    for name, value in vars(callback).items():
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, (bool, int, float, str)):
            state[name] = value
        elif isinstance(value, list) and value and all(isinstance(one, KEPT) for one in value):
            state[name] = {ARRAYS: [len(arrays), len(arrays) + len(value)]}
            arrays.extend(map(np.asarray, value))
    return state


def restore_callback(
    callback: keras.callbacks.Callback, state: dict[str, Any], arrays: Sequence[np.ndarray]
) -> None:
    """Sets what `callback_state` returned."""
    for name, value in state.items():
        if isinstance(value, dict):
            begin, end = value[ARRAYS]
            value = list(arrays[begin:end])
            present = getattr(callback, name, ())
            if present and isinstance(present[0], tf.Variable):
                for variable, array in zip(present, value, strict=True):
                    variable.assign(array)
                continue
        setattr(callback, name, value)
