"""Runs of one sequence by many strategies and seeds, resumable cell by cell."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from keras_lifelong_vae import strategies
from keras_lifelong_vae.checks import check_choice, check_positive_int
from keras_lifelong_vae.experiments import sequences
from keras_lifelong_vae.experiments.album import write_specimens
from keras_lifelong_vae.experiments.class_incremental import class_incremental_accuracy
from keras_lifelong_vae.experiments.classifier import kind_for, load_classifier, train_classifier
from keras_lifelong_vae.experiments.json_file import (
    anything,
    flag,
    mapping,
    natural,
    optional,
    read_json,
    text,
)
from keras_lifelong_vae.experiments.json_file import sequence as sequence_of
from keras_lifelong_vae.experiments.labelled_images import collect
from keras_lifelong_vae.experiments.learned_prior import measure_learned_prior
from keras_lifelong_vae.experiments.measurement import NUM_SAMPLES, Judge
from keras_lifelong_vae.experiments.options import as_json, differences
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.experiments.run import CallbacksOrMaker, begin, run
from keras_lifelong_vae.experiments.run_directory import RunDirectory
from keras_lifelong_vae.experiments.setup import Setup, prepare
from keras_lifelong_vae.experiments.tensor_board import (
    TensorBoardLog,
    check_tensorboard,
    tensor_board_log,
)
from keras_lifelong_vae.files import write_atomically
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.printable import say
from keras_lifelong_vae.tasks import TaskSequence

IMPORTANCE_WEIGHTED_IMAGES = 1_000
SETTINGS = {  # what `grid.json` holds
    "sequence": text,
    "num_tasks": optional(natural),
    "standin": flag,
    "importance_samples": natural,
    "options": mapping(anything),
    "tasks": sequence_of(text),
}


@dataclass(frozen=True)
class Grid:
    """A directory of runs, one for each strategy and seed, all of one sequence and one budget.

        grid.json                    sequence and options of all cells
        classifier-SEED/             what generated images are judged by
        cells/STRATEGY-SEED/         results.json, model.keras and specimens.npz of one run

    Args:
        path: The directory.
    """

    path: Path

    def cell(self, strategy: str, seed: int) -> RunDirectory:
        """Where the run of one strategy and seed is kept."""
        return RunDirectory(self.path / "cells" / f"{strategy}-{seed}")

    def classifier_path(self, seed: int) -> Path:
        """Where the classifier for the tasks of one seed is kept."""
        return self.path / f"classifier-{seed}"

    @property
    def _settings_path(self) -> Path:
        return self.path / "grid.json"

    def check(self, settings: Mapping[str, Any]) -> None:
        """Raises `ValueError` if the directory is one of other settings."""
        differing = self._settings_path.exists() and differences(self.settings, settings)
        if differing:
            raise ValueError(
                "`out` must be a new directory or one of the same options, received "
                f"{self.path} with other values of {differing}."
            )

    def claim(self, settings: Mapping[str, Any]) -> None:
        """Makes the directory one of these settings, see `check`."""
        self.check(settings)
        if not self._settings_path.exists():
            self.path.mkdir(parents=True, exist_ok=True)
            written = json.dumps(settings, indent=2) + "\n"
            write_atomically(self._settings_path, lambda temporary: temporary.write_text(written))

    @property
    def settings(self) -> dict[str, Any]:
        """What `claim` was given.

        Raises:
            FileNotFoundError: If the directory is no grid.
            ValueError: If its grid.json is damaged.
        """
        if not self._settings_path.exists():
            raise FileNotFoundError(
                f"`directory` must be one that `lifelong-vae compare` has written, received "
                f"{self.path} without grid.json."
            )
        return read_json(self._settings_path, SETTINGS, ("sequence",))

    def results(self) -> list[Results]:
        """Of all finished cells, by strategy as `strategies.names()` orders them, then by seed."""
        paths = sorted(self.path.glob("cells/*/results.json"))
        runs = [run for run in map(Results.read, paths) if run.finished]
        place = {name: i for i, name in enumerate(strategies.names())}
        return sorted(runs, key=lambda run: (place.get(run.strategy, len(place)), run.seed))


def run_grid(
    sequence: str | TaskSequence,
    out: sequences.PathLike,
    names: Sequence[str] | None = None,
    seeds: Sequence[int] = (0, 1, 2),
    num_tasks: int | None = None,
    standin: bool = False,
    importance_samples: int = 0,
    data_dir: sequences.PathLike | None = None,
    verbose: int = 0,
    callbacks: CallbacksOrMaker = (),
    name: str = "own",
    tensorboard: sequences.PathLike | None = None,
    **options: Any,
) -> list[Results]:
    """Runs every strategy with every seed; what is finished is not run again.

    A run that was killed goes on from its last checkpoint. Several processes may work on one
    directory; one that comes to a cell at which another is working stops there. For arguments not
    listed see `train_sequence`.

    Args:
        sequence: One of `sequences.names()`, or tasks of your own.
        out: Directory of the grid.
        names: Strategies, all of `strategies.names()` if `None`.
        seeds: Seeds of everything random.
        importance_samples: Of the importance-weighted bound at the end, also under a learned prior;
            0 leaves both out.
        tensorboard: Directory for TensorBoard, with one below it for each strategy and seed.
        **options: As of `train_sequence`; each goes to the strategies that accept it.

    Returns:
        The results of all cells asked for.

    Raises:
        ValueError: If a name is unknown, no strategy accepts an option, the directory is one of
            other options, or the classifier is so bad that distances on its features would mean
            nothing; with tasks of your own that are hard to tell apart, there are no distances.
        keras_lifelong_vae.data.DataUnavailableError: If the data can't be had.
    """
    check_tensorboard(tensorboard)
    spec, chosen = sequences.get(sequence), tuple(names or strategies.names())
    given = {option: value for option, value in options.items() if value is not None}
    if importance_samples:
        check_positive_int(importance_samples, "importance_samples")
    accepted = _accepted(chosen, given)
    settings: dict[str, Any] = {
        "sequence": sequence if isinstance(sequence, str) else name,
        "num_tasks": num_tasks,
        "standin": standin,
        "importance_samples": importance_samples,
        "options": as_json(given),
    }
    if isinstance(sequence, TaskSequence):
        settings["tasks"] = list(sequence.names)
        for strategy in chosen:
            strategies.get(strategy).stages(sequence)  # says now what it can't do with them
    grid = Grid(Path(out))
    grid.check(settings)
    loading = {"num_tasks": num_tasks, "standin": standin, "data_dir": data_dir}
    finished = []
    for seed in seeds:
        judge = None
        for strategy in chosen:
            directory = grid.cell(strategy, seed)
            results = directory.results()
            if results is None or not results.finished:
                say(f"{settings['sequence']}, {strategy}, seed {seed}:")
                setup = prepare(sequence, strategy, seed, accepted[strategy], name, **loading)
                grid.claim(settings)  # only now: what can't be begun claims nothing
                judge = judge or _judge(setup, grid.classifier_path(seed), spec, seed)
                with directory.locked():
                    setup = begin(setup, directory)
                    samples = importance_samples
                    place = tensorboard and Path(tensorboard) / directory.path.name
                    log = tensor_board_log(place, setup.results)
                    results = _run_cell(setup, judge, directory, samples, callbacks, verbose, log)
            finished.append(results)
    return finished


def _accepted(names: Sequence[str], given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """For each strategy the options it accepts; each must be accepted by one."""
    accepted = {}
    for name in names:
        way = strategies.get(check_choice(name, "strategies", strategies.names()))
        accepted[name] = {option: given[option] for option in given if way.accepts(option)}
    for option in given:
        if not any(option in options for options in accepted.values()):
            raise ValueError(
                f"`{option}` must be an option of a strategy compared, received {', '.join(names)}."
            )
    return accepted


def _judge(setup: Setup, path: Path, spec: sequences.SequenceSpec, seed: int) -> Judge:
    """The judge of all runs of a seed: its classifier is trained once and kept."""
    test = collect(setup.tasks, "test", NUM_SAMPLES)
    classifier = load_classifier(path)
    if classifier is None:
        kind = spec.classifier or kind_for(setup.tasks.event_shape)
        try:
            classifier = train_classifier(collect(setup.tasks, "train"), test, kind, seed)
        except ValueError as error:
            if spec.data:
                raise
            say(f"No classifier, and so no distance of generated images: {error}")
            return Judge(test, None, seed)
        classifier.save(path)
    say(
        f"classifier: {classifier.accuracy:.1%} of test images right, "
        f"Frechet distance of training to test images {classifier.floor:.2f}"
    )
    return Judge(test, classifier, seed)


def _run_cell(
    setup: Setup,
    judge: Judge,
    directory: RunDirectory,
    importance_samples: int,
    callbacks: CallbacksOrMaker,
    verbose: int,
    log: TensorBoardLog | None = None,
) -> Results:
    def finish(results: Results) -> Results:
        write_specimens(directory.path / "specimens.npz", setup.model, setup.tasks, results.seed)
        results = replace(results, accuracy=_accuracy(setup.model, judge, results))
        if not importance_samples:
            return results
        images = collect(setup.tasks, "test", IMPORTANCE_WEIGHTED_IMAGES).images
        bound = setup.model.importance_weighted_bound(images, importance_samples, results.seed)
        weighted = {
            "bound": float(bound.mean()),
            "samples": importance_samples,
            "images": len(images),
        }
        learned = measure_learned_prior(
            setup, judge, importance_samples, IMPORTANCE_WEIGHTED_IMAGES
        )
        return replace(results, importance_weighted=weighted, learned_prior=learned)

    return run(setup, judge, directory, callbacks, verbose, pictures=False, finish=finish, log=log)


def _accuracy(model: LifelongVAE, judge: Judge, results: Results) -> dict[str, float] | None:
    """Where each task is one class, and each class one category."""
    test, classes = judge.test, len(judge.test.task_of_class)
    alike = test.labelled and classes == test.num_tasks and results.stages == results.tasks
    if not alike or not model.has_categories or model.active_categories != classes:
        return None
    return class_incremental_accuracy(model, test.images, test.classes, results.seed)
