"""The task sequences that have a name, each with the options it is trained with by default."""

import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import reduce
from operator import add
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
        strategies: For a strategy by name, options chosen for it on validation images.
        classifier: Kind of the classifier on whose features generated images are judged; by the
            shape of the images if `None`.
        classes_per_task: How many classes each task has, `None` if that is not known.
    """

    description: str
    data: tuple[str, ...]
    divide: Callable[..., TaskSequence]
    training: TrainingOptions = field(default_factory=TrainingOptions)
    model: Mapping[str, Any] = field(default_factory=dict)
    strategies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    classifier: str | None = None
    classes_per_task: int | None = None

    def options(
        self, strategy: str, given: Mapping[str, Any]
    ) -> tuple[TrainingOptions, dict[str, Any]]:
        """The options of training and model; those not given, or `None`, are the sequence's."""
        training = {entry.name for entry in fields(TrainingOptions)}
        chosen = {name: value for name, value in given.items() if value is not None}
        own = {name: chosen.pop(name) for name in training & chosen.keys()}
        model = {**self.model, **self.strategies.get(strategy, {}), **chosen}
        return replace(self.training, **own), model

    def load(
        self,
        batch_size: int | None,
        seed: int = 0,
        num_tasks: int | None = None,
        data_dir: PathLike | None = None,
        source_dir: PathLike | None = None,
        standin: bool = False,
    ) -> TaskSequence:
        """The tasks, or the first `num_tasks` of them; arguments and errors as of `train_sequence`.

        A task without test images is a `ValueError`, too. If a data set can't be had, the message
        names the stand-in if there is one.
        """
        if num_tasks is not None:
            check_positive_int(num_tasks, "num_tasks")
        names = self._data_names(standin, data_dir, source_dir)
        images = {TITLES.get(name, name): _load(name, data_dir, source_dir) for name in names}
        sequence = self.divide(images, num_tasks, batch_size=batch_size, seed=seed)
        if num_tasks is not None and num_tasks > len(sequence):
            raise ValueError(f"`num_tasks` must be at most {len(sequence)}, received {num_tasks}.")
        untested = [task.name for task in sequence if task.test_split is None]
        if untested:
            raise ValueError(
                "`sequence` must have test images in every task, to measure -ELBO on, received "
                f"none in {', '.join(untested)}."
            )
        return sequence[:num_tasks]

    def _data_names(
        self, standin: bool, data_dir: PathLike | None, source_dir: PathLike | None
    ) -> list[str]:
        if not self.data:
            _refuse("tasks of your own", data_dir=data_dir, source_dir=source_dir)
        if source_dir is not None and len(self.data) > 1:
            raise ValueError(
                "`source_dir` must be None for a sequence of several data sets, received "
                f"{os.fspath(source_dir)!r}. Prepare each: lifelong-vae data NAME --source-dir DIR."
            )
        if standin and not set(self.data) & set(STANDINS):
            whose = " and ".join(self.data) or "tasks of your own"
            message = f"`standin` must be False for {whose}, of which there is no stand-in"
            raise ValueError(f"{message}, received True.")
        return [STANDINS.get(name, name) if standin else name for name in self.data]


def _refuse(whose: str, **given: Any) -> None:
    for name, value in given.items():
        if value is not None:
            raise ValueError(f"`{name}` must be None for {whose}, received {value!r}.")


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


def _by_class(images: Mapping[str, ImageData], num_tasks: Any, **options: Any) -> TaskSequence:
    one_after_another = (tasks.split_by_class(one, **options) for one in images.values())
    return reduce(add, one_after_another)


def _ignoring_data(make: Callable[..., TaskSequence]) -> Callable[..., TaskSequence]:
    return lambda images, num_tasks, **options: make(num_tasks=num_tasks, **options)


# Chosen for fashion-split.
CLOTHES: dict[str, dict[str, Any]] = {
    "lifelong": {"replay.ratio": 3},
    "no-consistency": {"replay.ratio": 3},
    "ewc": {"ewc.weight": 100.0},
}
# Chosen for mnist-to-svhn with the stand-in.
HOUSE_NUMBERS: dict[str, dict[str, Any]] = {
    "ewc": {"ewc.weight": 10.0},
    "lwf": {"distillation.weight": 0.3},
    "progressive": {"network": "dense"},
}


def _two_domains(description: str, first: str, second: str) -> SequenceSpec:
    in_colour = "svhn_cropped" in (first, second)
    return SequenceSpec(
        description,
        (first, second),
        lambda images, num_tasks, **options: tasks.domains(images, **options),
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
        TrainingOptions(10, 64, learning_rate=2e-3, learning_rate_decay="warmup-cooldown"),
        {"latent_dim": 14},
        CLOTHES,
        classes_per_task=1,
    ),
    "mnist-split": SequenceSpec(
        "MNIST, one digit at a time: 10 tasks",
        ("mnist",),
        _by_class,
        TrainingOptions(epochs=10),
        {"latent_dim": 14},
        {"lifelong": {"replay.share": 0.7}, "no-consistency": {"replay.share": 0.7}},
        classes_per_task=1,
    ),
    "mnist-permuted": SequenceSpec(
        "MNIST, then with its pixels permuted: 5 tasks, or any number",
        ("mnist",),
        lambda images, num_tasks, **options: tasks.permuted(
            next(iter(images.values())), num_tasks=num_tasks or 5, **options
        ),
        TrainingOptions(epochs=5, learning_rate_decay="cooldown"),
        {"latent_dim": 32},
        {"ewc": {"ewc.weight": 1000.0}, "lwf": {"distillation.weight": 0.1}},
        classifier="dense",
        classes_per_task=10,
    ),
    "fashion-mnist-split": SequenceSpec(
        "FashionMNIST, then MNIST, one class at a time: 20 tasks",
        ("fashion_mnist", "mnist"),
        _by_class,
        TrainingOptions(3, 64, learning_rate=2e-3, learning_rate_decay="warmup-cooldown"),
        {"latent_dim": 14},
        CLOTHES,
        classes_per_task=1,
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
        classes_per_task=1,
    ),
}
_OWN = frozenset(SEQUENCES)


def names() -> tuple[str, ...]:
    """All sequences, yours last."""
    return tuple(SEQUENCES)


def register(name: str, spec: SequenceSpec | Callable[..., TaskSequence]) -> None:
    """Gives tasks of your own a name, for `train_sequence`, `run_grid` and the command line.

    Args:
        name: Of letters, digits, `_` and `-`, and none of the package's own.
        spec: A `SequenceSpec`, or a function from `num_tasks`, `batch_size` and `seed` to the
            tasks, whose docstring describes them.

    Example:

    ```python
    sequences.register("mine", lambda **loading: klv.tasks.from_arrays(arrays))
    ```
    """
    if name in _OWN or not name.replace("-", "_").isidentifier():
        raise ValueError(
            f"`name` must be a new one of letters, digits, `_` and `-`, received {name!r}."
        )
    if not isinstance(spec, SequenceSpec):
        description = (inspect.getdoc(spec) or "tasks of your own").splitlines()[0].rstrip(".")
        spec = SequenceSpec(description, (), _ignoring_data(spec))
    SEQUENCES[name] = spec


def get(sequence: str | TaskSequence) -> SequenceSpec:
    """The sequence of that name, or one that is `sequence` whatever it is asked for."""
    if isinstance(sequence, str):
        return SEQUENCES[check_choice(sequence, "sequence", names())]
    if not isinstance(sequence, TaskSequence):
        raise TypeError(
            f"`sequence` must be a name or a `TaskSequence`, received {type(sequence).__name__}."
        )

    def as_it_is(num_tasks: int | None, batch_size: int | None, seed: int) -> TaskSequence:
        _refuse("a `TaskSequence`", num_tasks=num_tasks, batch_size=batch_size)
        return sequence

    options = TrainingOptions(batch_size=None)
    return SequenceSpec("tasks of your own", (), _ignoring_data(as_it_is), options)
