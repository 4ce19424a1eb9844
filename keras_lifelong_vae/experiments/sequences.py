"""The task sequences that have a name, each with the options it is trained with by default."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from keras_lifelong_vae import data, tasks
from keras_lifelong_vae.checks import check_choice, check_positive_int
from keras_lifelong_vae.experiments.options import TrainingOptions
from keras_lifelong_vae.tasks import TaskSequence

PathLike = str | os.PathLike[str]


@dataclass(frozen=True)
class SequenceSpec:
    """A task sequence by name.

    Args:
        description: What it is, in a line.
        data: Name of its data set for `keras_lifelong_vae.data.load`.
        divide: Makes the tasks of `(data, batch_size=..., seed=...)`.
        training: Options of the training.
        model: Arguments of the model that differ from its own defaults.
    """

    description: str
    data: str
    divide: Callable[..., TaskSequence]
    training: TrainingOptions
    model: Mapping[str, Any] = field(default_factory=dict)

    def options(self, given: Mapping[str, Any]) -> tuple[TrainingOptions, dict[str, Any]]:
        """The options of training and model; those not given, or `None`, are the sequence's."""
        chosen = {name: value for name, value in given.items() if value is not None}
        names = {entry.name for entry in fields(TrainingOptions)}
        training = {name: value for name, value in chosen.items() if name in names}
        model = {name: value for name, value in chosen.items() if name not in names}
        return replace(self.training, **training), {**self.model, **model}

    def load(
        self,
        batch_size: int,
        seed: int = 0,
        num_tasks: int | None = None,
        data_dir: PathLike | None = None,
        source_dir: PathLike | None = None,
    ) -> TaskSequence:
        """The tasks, or the first `num_tasks` of them.

        Args:
            batch_size: Number of images in a batch.
            seed: Of the order of images, the choice for validation and the permutations.
            num_tasks: How many tasks; all if `None`.
            data_dir: See `keras_lifelong_vae.data.load`.
            source_dir: See `keras_lifelong_vae.data.load`.

        Raises:
            ValueError: If there are not as many tasks as `num_tasks`.
        """
        images = data.load(self.data, data_dir, source_dir)
        sequence = self.divide(images, batch_size=batch_size, seed=seed)
        if num_tasks is None:
            return sequence
        if check_positive_int(num_tasks, "num_tasks") > len(sequence):
            raise ValueError(f"`num_tasks` must be at most {len(sequence)}, received {num_tasks}.")
        return sequence[:num_tasks]


SEQUENCES: Mapping[str, SequenceSpec] = {
    "fashion-split": SequenceSpec(
        "FashionMNIST, one class at a time: 10 tasks",
        "fashion_mnist",
        tasks.split_by_class,
        TrainingOptions(epochs=10),
        {"latent_dim": 14, "replay_share": 0.7},
    ),
    "mnist-split": SequenceSpec(
        "MNIST, one digit at a time: 10 tasks",
        "mnist",
        tasks.split_by_class,
        TrainingOptions(epochs=10),
        {"latent_dim": 14, "replay_share": 0.7},
    ),
    "mnist-permuted": SequenceSpec(
        "MNIST, then under 4 permutations of its pixels: 5 tasks",
        "mnist",
        tasks.permuted,
        TrainingOptions(epochs=5),
        {"latent_dim": 32},
    ),
    "digits-split": SequenceSpec(
        "scikit-learn's 8x8 digits, one at a time: 10 tasks",
        "digits",
        tasks.split_by_class,
        TrainingOptions(epochs=40, batch_size=32),
        {"latent_dim": 8},
    ),
}


def get(name: str) -> SequenceSpec:
    """The sequence called `name`.

    Raises:
        ValueError: If there is none of that name.
    """
    return SEQUENCES[check_choice(name, "sequence", tuple(SEQUENCES))]
