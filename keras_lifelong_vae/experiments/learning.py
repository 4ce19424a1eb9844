"""One more task for a model that is in use: learned, measured, and published if nothing is lost."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_lifelong_vae.callbacks import TeacherRollover
from keras_lifelong_vae.checks import check_non_negative, check_positive_int
from keras_lifelong_vae.data import DataUnavailableError
from keras_lifelong_vae.experiments import sequences
from keras_lifelong_vae.experiments.json_file import anything, mapping, read_json, text
from keras_lifelong_vae.experiments.json_file import sequence as sequence_of
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.experiments.run_directory import RunDirectory
from keras_lifelong_vae.experiments.sequences import PathLike
from keras_lifelong_vae.exporting import export_saved_model
from keras_lifelong_vae.exporting.saved_model import check_model
from keras_lifelong_vae.exporting.version_directory import check_target
from keras_lifelong_vae.files import write_atomically
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.saved_file import load_model
from keras_lifelong_vae.tasks import Task, from_pictures
from keras_lifelong_vae.variables import number_in

Probes = Mapping[str, np.ndarray]  # images of each old task
FILE = "learned.json"
RULES = {
    "tasks": sequence_of(text),
    "before": mapping(anything),
    "after": mapping(anything),
    "measured_on": text,
    "published": anything,
    "date": text,
}
NUM_PROBES = 1_000  # of each old task
REAL, REPLAYED = "test images", "images that the model generated before"


@dataclass(frozen=True)
class Learned:
    """What became of a model; -ELBO in nats per image, by the name of the task.

    Args:
        tasks: Names of all tasks, the new one last.
        before: Of each old task before the new one was learned, and of the new one.
        after: The same afterwards.
        measured_on: What images of the old tasks it was measured on.
        published: The directory of the new version; `None` if there is none.
        date: ISO day.
    """

    tasks: list[str]
    before: dict[str, float]
    after: dict[str, float]
    measured_on: str
    published: str | None = None
    date: str = ""

    @property
    def losses(self) -> dict[str, float]:
        """How much worse each old task has become."""
        return {name: self.after[name] - self.before[name] for name in self.tasks[:-1]}


class TaskLostError(ValueError):
    """An old task became worse than the limit; the model is kept, and nothing was published."""


def learn(
    model: PathLike,
    data: PathLike,
    out: PathLike | None = None,
    export_to: PathLike | None = None,
    name: str = "lifelong_vae",
    task: str | None = None,
    limit: float | None = None,
    epochs: int | None = None,
    batch_size: int = 128,
    seed: int = 0,
    verbose: int = 1,
    callbacks: Any = (),
) -> Learned:
    """Learns one more task, measures old tasks and the new one, and writes the next version.

    The old tasks are measured before and after with the same noise: on their own test images where
    `model` is a run of a named sequence whose data can be had, otherwise on images that the model
    generates of each task before it learns the new one. 10 % of the new images are kept for its
    test and 5 % for validation.

    Args:
        model: A run's directory, the directory that `learn` wrote, or a `.keras` file.
        data: A folder of pictures, all of the new task, brought to the model's size; or a `.npy`
            file `(n, *event_shape)`, uint8 or floats.
        out: Directory for `model.keras` and `learned.json`, which must be new; beside `model`,
            called after it and the task, if `None`.
        export_to: Directory of all served models; nothing is published if `None`.
        name: What servers call the model.
        task: What the new task is called; as `data` is if `None`.
        limit: By how many nats per image an old task may become worse; any number if `None`.
        epochs: Of the new task; those of the run if `None`, or 10.
        batch_size: Number of real images in a batch.
        seed: Seed of the split and of the noise of the measurement.
        verbose: As in `keras.Model.fit`.
        callbacks: For `fit`; called before the `TeacherRollover` that ends the task.

    Raises:
        TaskLostError: If an old task became worse than `limit`; `out` is written all the same.
        FileExistsError: If `out` is there.
        ValueError: If a file is damaged, the task has the name of an old one, or the data does not
            fit the model.
    """
    limit = None if limit is None else check_non_negative(limit, "limit")
    if export_to is not None:
        check_target(export_to, name, None)
    place = Path(model)
    task = task or Path(data).stem
    directory = Path(out) if out is not None else _beside(place, task)
    if directory.exists():
        raise FileExistsError(f"`out` must be a new directory, received {directory}.")
    loaded = load_model(_file(place))
    check_model(loaded)
    names, results = _known(place, loaded)
    if task in names:
        raise ValueError(f"`task` must be a new name, received {task!r}; name it with --task.")
    new = from_pictures(data, task, loaded.event_shape, batch_size, seed=seed)
    epochs = check_positive_int(epochs or (results.epochs if results else 10), "epochs")
    probes, measured_on = _probes(loaded, names, results, seed)
    before = _measure(loaded, {**probes, task: _test_images(new)}, seed)
    _fit(loaded, new, epochs, callbacks, verbose)
    after = _measure(loaded, {**probes, task: _test_images(new)}, seed)
    today = datetime.date.today().isoformat()
    learned = Learned([*names, task], before, after, measured_on, None, today)
    directory.mkdir(parents=True)
    loaded.save(directory / "model.keras")
    if export_to is not None and _within(learned, limit):
        version = export_saved_model(loaded, export_to, name, figures=_figures(learned))
        learned = Learned(**{**asdict(learned), "published": str(version)})
    written = json.dumps(asdict(learned), indent=2) + "\n"
    write_atomically(directory / FILE, lambda temporary: temporary.write_text(written))
    _check_within(learned, limit, directory)
    return learned


def _beside(model: Path, task: str) -> Path:
    base = model.parent if model.suffix == ".keras" else model
    return base.with_name(f"{base.resolve().name}+{task}")


def _file(model: Path) -> Path:
    return model / "model.keras" if model.is_dir() else model


def _known(place: Path, model: LifelongVAE) -> tuple[list[str], Results | None]:
    """The names of the tasks that the model has learned, and the run that it comes from, if any."""
    directory = place if place.is_dir() else place.parent
    number = number_in(model.finished_tasks)
    if (directory / FILE).is_file():
        names = read_json(directory / FILE, RULES, ("tasks",))["tasks"]
        if len(names) == number:
            return names, None
    if (directory / "results.json").is_file():
        results = RunDirectory(directory).results()
        if results is not None and len(results.negative_elbo) == number:
            return results.stages[:number], results
    return [f"task {i + 1}" for i in range(number)], None


def _probes(
    model: LifelongVAE, names: list[str], results: Results | None, seed: int
) -> tuple[Probes, str]:
    """Images of each old task, and what they are."""
    if results is not None and results.stages == results.tasks:
        try:
            spec = sequences.get(results.sequence)
            tasks = spec.load(None if not spec.data else 128, results.seed)
            found = {task.name: _test_images(task) for task in tasks if task.name in names}
            if list(found) == names:
                return found, REAL
        except (DataUnavailableError, ValueError):
            pass  # a sequence of the user's own, or data that is not here
    if not number_in(model.summarized_tasks):
        images = model.generate(NUM_PROBES, seed=seed, prior="prior")
        return dict.fromkeys(names, images), REPLAYED
    return {
        name: model.generate(NUM_PROBES, seed=seed, task=i) for i, name in enumerate(names)
    }, REPLAYED


def _test_images(task: Task) -> np.ndarray:
    dataset = task.test or task.train
    return next(iter(dataset.rebatch(NUM_PROBES))).numpy()


def _measure(model: LifelongVAE, images: Probes, seed: int) -> dict[str, float]:
    """Mean -ELBO by task; the noise is the same every time."""
    return {name: float(model.negative_elbo(own, seed).mean()) for name, own in images.items()}


def _fit(model: LifelongVAE, task: Task, epochs: int, callbacks: Any, verbose: int) -> None:
    if not model.compiled:
        model.compile(keras.optimizers.Adam(1e-3))
    model.fit(
        task.train,
        epochs=epochs,
        validation_data=task.validation,
        callbacks=[*callbacks, TeacherRollover()],
        verbose=verbose,
    )


def _figures(learned: Learned) -> dict[str, Any]:
    """For the model card."""
    figures: dict[str, Any] = {"tasks": ", ".join(learned.tasks), "date": learned.date}
    for name in learned.tasks:
        on = "test images" if name == learned.tasks[-1] else learned.measured_on
        change = f"{learned.after[name]:.2f} (before: {learned.before[name]:.2f})"
        figures[f"-ELBO of {name}, nats per image, on {on}"] = change
    return figures


def _within(learned: Learned, limit: float | None) -> bool:
    return limit is None or all(loss <= limit for loss in learned.losses.values())


def _check_within(learned: Learned, limit: float | None, directory: Path) -> None:
    if limit is None or _within(learned, limit):
        return
    worst = max(learned.losses, key=lambda name: learned.losses[name])
    raise TaskLostError(
        f"`limit` must be at least {learned.losses[worst]:.2f} nats for this model to be "
        f"published, received {limit:g}: {worst!r} went from {learned.before[worst]:.2f} to "
        f"{learned.after[worst]:.2f} on {learned.measured_on}. The model is kept in {directory}."
    )
