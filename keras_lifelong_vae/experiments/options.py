"""How each task of a sequence is trained."""

from dataclasses import dataclass
from typing import Any

import keras

from keras_lifelong_vae.checks import check_choice, check_positive_int
from keras_lifelong_vae.schedules import Cooldown
from keras_lifelong_vae.tasks import TaskSequence

DECAYS = ("none", "cosine", "cooldown")


@dataclass(frozen=True)
class TrainingOptions:
    """Options of the training, as against those of the model.

    Args:
        epochs: How often each task's training images are gone through.
        batch_size: Number of real images in a batch.
        learning_rate: Adam's, at the beginning of each task.
        learning_rate_decay: "none"; "cosine": down to 0 along half a cosine in each task;
            "cooldown": constant, then straight down to 0 in the last part of each task.
        jit_compile: Whether XLA compiles the steps; "auto" leaves it to Keras.

    Raises:
        ValueError: If a number is out of range or a name is unknown.
    """

    epochs: int = 10
    batch_size: int = 128
    learning_rate: float = 1e-3
    learning_rate_decay: str = "none"
    jit_compile: bool | str = "auto"

    def __post_init__(self) -> None:
        check_positive_int(self.epochs, "epochs")
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

        The decay lasts as long as the longest stage: a shorter one ends above 0, none stands still
        at 0.
        """
        rate: Any = self.learning_rate
        if self.learning_rate_decay != "none":
            longest = self.epochs * max(len(stage.train) for stage in stages)
            if self.learning_rate_decay == "cooldown":
                rate = Cooldown(rate, longest)
            else:  # one that begins again: a model that goes on must not stand still
                cosine = keras.optimizers.schedules.CosineDecayRestarts
                rate = cosine(rate, longest, t_mul=1.0)
        return keras.optimizers.Adam(rate)
