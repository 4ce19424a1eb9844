"""The decoupled latent, q(z_d, z_c | x) = q(z_d | x) q(z_c | x)."""

from typing import Any

import keras

from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.latents.gaussian_latent import GaussianLatent
from keras_lifelong_vae.latents.latent import Latent
from keras_lifelong_vae.latents.relaxed_categorical_latent import RelaxedCategoricalLatent
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.schedules import get as get_schedule
from keras_lifelong_vae.types import Tensor

serialize = keras.saving.serialize_keras_object
deserialize = keras.saving.deserialize_keras_object


@register
class JointLatent(Latent):
    """A Gaussian and a relaxed-categorical head side by side on the same features.

        q(z | x) = q(z_d | x) q(z_c | x),    p(z) = Cat(1 / active_categories) N(0, I)

    Args:
        latent_dim: Dimensions of z_c, or a Gaussian head with a prior of its own, such as
            `MixturePriorLatent(14)`.
        categories_per_task: Categories of z_d that become active with each task.
        task_capacity: Tasks to allocate categories for; doubles when it runs out.
        temperature: Of the relaxed z_d: a number, a schedule of the training step like those of
            `keras.optimizers.schedules`, or `None` for `max(exp(-3e-5 * step), 0.5)`.
        kernel_initializer: Initializer of the projections.
        seed: Seed of the layer's own noise.

    Call arguments:
        features: `(batch_size, num_features)`.
        training: Whether z_d is relaxed (with a gradient) or hard.

    Output:
        `(LatentCode, Posterior)`.

    Reference: "Lifelong Generative Modeling", arXiv 1705.09847, section "Latent variable".
    """

    def __init__(
        self,
        latent_dim: int | GaussianLatent = 14,
        categories_per_task: int = 1,
        task_capacity: int = 16,
        temperature: Any = None,
        kernel_initializer: Any = "glorot_uniform",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("dtype", "float32")
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.temperature = get_schedule(temperature)
        if isinstance(latent_dim, GaussianLatent):
            gaussian = latent_dim
        else:
            initializer = _derived(self.kernel_initializer, 1)
            gaussian = GaussianLatent(
                latent_dim, initializer, seed, dtype=kwargs["dtype"], name="gaussian"
            )
        per_task = check_positive_int(categories_per_task, "categories_per_task")
        categorical = RelaxedCategoricalLatent(
            per_task * check_positive_int(task_capacity, "task_capacity"),
            per_task,
            float(self.temperature(0)),
            _derived(self.kernel_initializer, 2),
            seed,
            dtype=kwargs["dtype"],
            name="categorical",
        )
        super().__init__(
            {"gaussian": gaussian}, categorical, per_task, task_capacity, seed, **kwargs
        )

    def begin_step(
        self, present_task: Tensor, finished_tasks: Tensor, training_steps: Tensor
    ) -> None:
        super().begin_step(present_task, finished_tasks, training_steps)
        self.categorical.temperature.assign(self.temperature(training_steps))

    def get_config(self) -> dict[str, Any]:
        gaussian = self.blocks["gaussian"]
        plain = type(gaussian) is GaussianLatent
        return {
            **super().get_config(),
            "latent_dim": gaussian.latent_dim if plain else serialize(gaussian),
            "temperature": serialize(self.temperature),
            "kernel_initializer": serialize(self.kernel_initializer),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "JointLatent":
        objects = {name: deserialize(config[name]) for name in ("latent_dim", "temperature")}
        return cls(**{**config, **objects})


def _derived(initializer: Any, number: int) -> Any:
    """A fresh initializer of the same kind, so that no two layers draw the same weights."""
    config = initializer.get_config()
    if config.get("seed") is not None:
        config["seed"] += number
    return initializer.__class__.from_config(config)
