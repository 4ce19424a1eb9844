"""The arguments that all builders of tasks from arrays share."""

from dataclasses import dataclass

from keras_lifelong_vae.checks import check_positive_int, check_share
from keras_lifelong_vae.tasks.arguments import check_natural


@dataclass(frozen=True)
class TaskOptions:
    """Checked `batch_size`, `validation_share` and `seed`.

    Args:
        batch_size: Number of images in a batch, at least 1.
        validation_share: Share of the training images kept for validation, in [0, 1).
        seed: Seed of the order of the images and of the choice for validation, at least 0.

    Raises:
        ValueError: If an argument is not such a number.
    """

    batch_size: int
    validation_share: float
    seed: int

    def __post_init__(self) -> None:
        checked = {
            "batch_size": check_positive_int(self.batch_size, "batch_size"),
            "validation_share": check_share(self.validation_share, "validation_share"),
            "seed": check_natural(self.seed, "seed"),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
