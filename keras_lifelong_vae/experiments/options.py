"""The options of a run: of its training, and all of them as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from keras_lifelong_vae.checks import check_choice, check_positive_int
from keras_lifelong_vae.schedules import Cooldown
from keras_lifelong_vae.tasks import TaskSequence

DECAYS = ("none", "cosine", "cooldown", "warmup-cooldown")
WARMUP = 0.1
KERAS_OWN = ("name", "trainable", "dtype")  # in the config of every layer, and no option of ours


@dataclass(frozen=True)
class TrainingOptions:
    """Options of the training, as against those of the model.

    Args:
        epochs: How often each task's training images are gone through.
        batch_size: Number of real images in a batch; `None` for tasks that bring their own.
        learning_rate: Adam's, at the beginning of each task.
        learning_rate_decay: "none"; "cosine": down to 0 along half a cosine in each task;
            "cooldown": constant, then straight down to 0 in the last part of each task;
            "warmup-cooldown": the same after a warm-up in the first tenth.
        jit_compile: Whether XLA compiles the steps; for "auto" see `LifelongVAE.compile`.
    """

    epochs: int = 10
    batch_size: int | None = 128
    learning_rate: float = 1e-3
    learning_rate_decay: str = "none"
    jit_compile: bool | str = "auto"

    def __post_init__(self) -> None:
        check_positive_int(self.epochs, "epochs")
        if self.batch_size is not None:
            check_positive_int(self.batch_size, "batch_size")
        if not 0 < self.learning_rate < float("inf"):
            raise ValueError(
                f"`learning_rate` must be a number greater than 0, received {self.learning_rate!r}."
            )
        check_choice(self.learning_rate_decay, "learning_rate_decay", DECAYS)
        if self.jit_compile not in (True, False, "auto"):
            raise ValueError(
                f'`jit_compile` must be True, False or "auto", received {self.jit_compile!r}.'
            )

    def optimizer(self, stages: TaskSequence) -> keras.optimizers.Optimizer:
        """Adam; its schedule starts again with each stage, as a rollover resets the optimizer.

        The decay lasts as long as the longest stage, so that none stands still at 0; each stage
        has to know its number of batches.
        """
        rate: Any = self.learning_rate
        if self.learning_rate_decay != "none":
            longest = int(np.diff(stages.boundaries(self.epochs), prepend=0).max())
            if self.learning_rate_decay == "cooldown":
                rate = Cooldown(rate, longest)
            elif self.learning_rate_decay == "warmup-cooldown":
                rate = Cooldown(rate, longest, warmup=WARMUP)
            else:  # one that begins again: a model that goes on must not stand still
                rate = keras.optimizers.schedules.CosineDecayRestarts(rate, longest, t_mul=1.0)
        return keras.optimizers.Adam(rate)


def as_json(value: Any) -> Any:
    """An option as plain JSON: objects as class and options, without names that Keras counts up."""
    if hasattr(value, "get_config"):
        value = keras.saving.serialize_keras_object(value)
    if isinstance(value, Mapping) and "class_name" in value:
        config = value.get("config") or {}
        if isinstance(config, str):
            return config  # the name of a function
        if "layers" in config:  # of a network, whose layers are called by counted-up names
            config = {"layers": config["layers"]}
        return {"class_name": value["class_name"], **as_json(config)}
    if isinstance(value, Mapping):
        return {name: as_json(part) for name, part in value.items() if name not in KERAS_OWN}
    if isinstance(value, (list, tuple)):
        return [as_json(part) for part in value]
    return value if isinstance(value, (str, int, float, type(None))) else repr(value)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Where options differ, by dotted names such as `replay.ratio`; empty if nowhere."""
    before, now = _flat(old), _flat(new)
    return ", ".join(
        f"{name} (was {before.get(name)!r}, now {now.get(name)!r})"
        for name in {**before, **now}
        if before.get(name) != now.get(name)
    )


def _flat(value: Any, prefix: str = "") -> dict[str, Any]:
    if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        value = {part.get("class_name", i): part for i, part in enumerate(value)}
    if not isinstance(value, Mapping):
        return {prefix.removesuffix("."): value}
    parts = [_flat(part, f"{prefix}{name}.") for name, part in value.items()]
    return {name: part for some in parts for name, part in some.items()}
