"""The task sequences that have a name, each with the options it is trained with by default."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from keras_lifelong_vae import data, tasks
from keras_lifelong_vae.checks import check_choice, check_positive_int
from keras_lifelong_vae.data import DataUnavailableError, ImageData
from keras_lifelong_vae.experiments.options import TrainingOptions
from keras_lifelong_vae.tasks import TaskSequence

PathLike = str | os.PathLike[str]

TITLES = {
    "fashion_mnist": "FashionMNIST",
    "mnist": "MNIST",
    "svhn_cropped": "SVHN",
    "synth_digits": "SynthDigits (stand-in for SVHN)",
}
STANDINS = {"svhn_cropped": "synth_digits"}


@dataclass(frozen=True)
class SequenceSpec:
    """A task sequence by name.

    Args:
        description: What it is, in a line.
        data: Names of its data sets for `keras_lifelong_vae.data.load`.
        divide: Makes the tasks of a mapping from the data sets' titles to the data, and
            `num_tasks`, `batch_size` and `seed`.
        training: Options of the training.
        model: Arguments of the model that differ from its own defaults.
        strategies: For a strategy by name, arguments chosen for it on validation images.
        classifier: Kind of the classifier on whose features generated images are judged.
        classes_per_task: How many classes each task has.
    """

    description: str
    data: tuple[str, ...]
    divide: Callable[..., TaskSequence]
    training: TrainingOptions
    model: Mapping[str, Any] = field(default_factory=dict)
    strategies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    classifier: str = "convolutional"
    classes_per_task: int = 1

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
        standin: bool = False,
    ) -> TaskSequence:
        """The tasks, or the first `num_tasks` of them.

        Args:
            batch_size: Number of images in a batch.
            seed: Of the order of images, the choice for validation and the permutations.
            num_tasks: How many tasks; as many as usual if `None`.
            data_dir: See `keras_lifelong_vae.data.load`.
            source_dir: See `keras_lifelong_vae.data.load`.
            standin: Whether to take a stand-in for a data set that can't be had everywhere.

        Raises:
            ValueError: If there are not as many tasks as `num_tasks`, there is no stand-in for
                any of the data sets, or `source_dir` is not given for just one of them.
            keras_lifelong_vae.data.DataUnavailableError: If a data set can't be had; the message
                names the stand-in if there is one.
        """
        if num_tasks is not None:
            check_positive_int(num_tasks, "num_tasks")
        images = {}
        for name in self._data_names(standin, source_dir):
            images[TITLES.get(name, name)] = _load(name, data_dir, source_dir)
        sequence = self.divide(images, num_tasks, batch_size=batch_size, seed=seed)
        if num_tasks is not None and num_tasks > len(sequence):
            raise ValueError(f"`num_tasks` must be at most {len(sequence)}, received {num_tasks}.")
        return sequence[:num_tasks]

    def _data_names(self, standin: bool, source_dir: PathLike | None) -> list[str]:
        if source_dir is not None and len(self.data) != 1:
            raise ValueError(
                "`source_dir` must be None unless a sequence is of one data set, received "
                f"{os.fspath(source_dir)!r}. Prepare each: lifelong-vae data NAME --source-dir DIR."
            )
        if not standin:
            return list(self.data)
        if not set(self.data) & set(STANDINS):
            raise ValueError(
                f"`standin` must be False for {' and '.join(self.data) or 'own tasks'}, of which "
                "there is no stand-in, received True."
            )
        return [STANDINS.get(name, name) for name in self.data]


def _load(name: str, data_dir: PathLike | None, source_dir: PathLike | None) -> ImageData:
    try:
        return data.load(name, data_dir, source_dir)
    except DataUnavailableError as error:
        if name not in STANDINS:
            raise
        standin = TITLES[STANDINS[name]]
        raise DataUnavailableError(
            f"{error}\nOr pass `standin=True` (--standin): {standin}, which is drawn here."
        ) from error


def _by_class(
    images: Mapping[str, ImageData], num_tasks: int | None, **options: Any
) -> TaskSequence:
    (only,) = images.values()
    return tasks.split_by_class(only, **options)


def _permuted(
    images: Mapping[str, ImageData], num_tasks: int | None, **options: Any
) -> TaskSequence:
    (only,) = images.values()
    return tasks.permuted(only, num_tasks or 5, **options)


def _domains(
    images: Mapping[str, ImageData], num_tasks: int | None, **options: Any
) -> TaskSequence:
    return tasks.domains(images, **options)


# Chosen for mnist-to-svhn with the stand-in.
HOUSE_NUMBERS = {"ewc": {"ewc.weight": 10.0}, "lwf": {"distillation.weight": 0.3}}


def _two_domains(description: str, first: str, second: str) -> SequenceSpec:
    in_colour = "svhn_cropped" in (first, second)
    return SequenceSpec(
        description,
        (first, second),
        _domains,
        TrainingOptions(epochs=2 if in_colour else 5),
        {"latent_dim": 32, "network": "convolutional" if in_colour else "dense"},
        HOUSE_NUMBERS if in_colour else {},
        classes_per_task=10,
    )


SEQUENCES: dict[str, SequenceSpec] = {
    "fashion-split": SequenceSpec(
        "FashionMNIST, one class at a time: 10 tasks",
        ("fashion_mnist",),
        _by_class,
        TrainingOptions(epochs=10, batch_size=64, learning_rate_decay="cooldown"),
        {"latent_dim": 14},
        {
            "lifelong": {"replay.ratio": 3},
            "no-consistency": {"replay.ratio": 3},
            "ewc": {"ewc.weight": 100.0},
        },
    ),
    "mnist-split": SequenceSpec(
        "MNIST, one digit at a time: 10 tasks",
        ("mnist",),
        _by_class,
        TrainingOptions(epochs=10),
        {"latent_dim": 14},
        {name: {"replay.share": 0.7} for name in ("lifelong", "no-consistency")},
    ),
    "mnist-permuted": SequenceSpec(
        "MNIST, then with its pixels permuted: 5 tasks, or any number",
        ("mnist",),
        _permuted,
        TrainingOptions(epochs=5, learning_rate_decay="cooldown"),
        {"latent_dim": 32},
        {"ewc": {"ewc.weight": 1000.0}, "lwf": {"distillation.weight": 0.1}},
        classifier="dense",
        classes_per_task=10,
    ),
    "fashion-to-mnist": _two_domains("FashionMNIST, then MNIST", "fashion_mnist", "mnist"),
    "mnist-to-fashion": _two_domains("MNIST, then FashionMNIST", "mnist", "fashion_mnist"),
    "mnist-to-svhn": _two_domains("MNIST, then SVHN, 32x32x3", "mnist", "svhn_cropped"),
    "svhn-to-mnist": _two_domains("SVHN, then MNIST, 32x32x3", "svhn_cropped", "mnist"),
    "digits-split": SequenceSpec(
        "scikit-learn's 8x8 digits, one at a time: 10 tasks",
        ("digits",),
        _by_class,
        TrainingOptions(epochs=40, batch_size=32),
        {"latent_dim": 8},
        classifier="dense",
    ),
}


def get(name: str) -> SequenceSpec:
    """The sequence called `name`.

    Raises:
        ValueError: If there is none of that name.
    """
    return SEQUENCES[check_choice(name, "sequence", tuple(SEQUENCES))]


def register(name: str, sequence: "SequenceSpec | TaskSequence") -> None:
    """Makes a sequence known under `name`, also to the command line.

    Raises:
        ValueError: If there is another one of that name.
    """
    if name in SEQUENCES:
        raise ValueError(f"`name` must be a new one, received {name!r}.")
    if isinstance(sequence, TaskSequence):
        sequence = of_own_tasks(sequence)
    SEQUENCES[name] = sequence


def resolve(sequence: Any, options: Mapping[str, Any]) -> tuple[str, SequenceSpec]:
    """Name and specification of a sequence by name, or of a user's own tasks.

    Raises:
        ValueError: If there is none of that name, own tasks are given a batch size, or one of them
            has no test images.
    """
    own = isinstance(sequence, TaskSequence)
    spec = of_own_tasks(sequence) if own else get(sequence)
    if not spec.data and options.get("batch_size") is not None:
        raise ValueError(
            f"`batch_size` must be None for own tasks, which bring theirs, "
            f"received {options['batch_size']!r}."
        )
    return "own tasks" if own else sequence, spec


def of_own_tasks(sequence: TaskSequence) -> SequenceSpec:
    """What a user's own tasks are trained with by default."""
    without = [task.name for task in sequence if task.test_split is None]
    if without:
        raise ValueError(
            f"`sequence` must have test images of every task, received none of {without}."
        )
    shape = sequence.event_shape
    is_image = len(shape) == 3 and min(shape[:2]) >= 16
    return SequenceSpec(
        "A user's own tasks",
        (),
        lambda images, num_tasks, **loading: sequence,
        TrainingOptions(),
        classifier="convolutional" if is_image else "dense",
    )
