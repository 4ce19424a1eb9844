"""A learning rate that is constant until the end of a task comes near."""

from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import Tensor


@register
class Cooldown(keras.optimizers.schedules.LearningRateSchedule):
    """A trapezoid over the steps of a task: up, constant, and down to 0; then again.

        rate(step) = rate * min(1, (step + 1) / (warmup * steps), (steps - step) / (share * steps))

    A task of few steps can't spare the high rate, but at its end only the noise of it is left. At
    its beginning the moments that Adam divides by are of few gradients. A rollover starts the
    schedule again; a training that goes on without one repeats it, instead of standing still at a
    rate of 0.

    Args:
        learning_rate: Between warm-up and cooldown.
        steps: When it ends.
        share: Of all steps that the cooldown takes, in (0, 1].
        warmup: Of all steps that the warm-up takes, in [0, 1); none with 0.

    Example:

    ```python
    schedule = klv.schedules.Cooldown(2e-3, steps=10 * task.steps_per_epoch, warmup=0.1)
    model.compile(keras.optimizers.Adam(schedule))
    ```

    Reference: Haegele et al., "Scaling Laws and Compute-Optimal Training Beyond Fixed Training
    Durations", 2024.
    """

    def __init__(
        self, learning_rate: float, steps: int, share: float = 0.3, warmup: float = 0.0
    ) -> None:
        if not 0 < share <= 1:
            raise ValueError(f"`share` must be in (0, 1], received {share!r}.")
        if not 0 <= warmup < 1:
            raise ValueError(f"`warmup` must be in [0, 1), received {warmup!r}.")
        self.learning_rate = learning_rate
        self.steps = check_positive_int(steps, "steps")
        self.share = share
        self.warmup = warmup

    def __call__(self, step: Tensor) -> Tensor:
        step = tf.math.floormod(tf.cast(step, tf.float32), float(self.steps))
        rate = tf.minimum((self.steps - step) / (self.share * self.steps), 1.0)
        if self.warmup:
            rate = tf.minimum(rate, (step + 1.0) / (self.warmup * self.steps))
        return self.learning_rate * rate

    def get_config(self) -> dict[str, Any]:
        names = ("learning_rate", "steps", "share", "warmup")
        return {name: getattr(self, name) for name in names}
