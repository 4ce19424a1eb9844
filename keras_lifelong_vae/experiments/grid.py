"""Runs of one sequence by many strategies and seeds, resumable cell by cell."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras

from keras_lifelong_vae import strategies
from keras_lifelong_vae.checks import check_choice, check_positive_int
from keras_lifelong_vae.experiments import sequences
from keras_lifelong_vae.experiments.classifier import load_classifier, train_classifier
from keras_lifelong_vae.experiments.labelled_images import collect
from keras_lifelong_vae.experiments.measurement import NUM_SAMPLES, Judge
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.experiments.run import run
from keras_lifelong_vae.experiments.run_directory import RunDirectory
from keras_lifelong_vae.experiments.setup import Setup, prepare
from keras_lifelong_vae.experiments.specimens import write_specimens
from keras_lifelong_vae.files import write_atomically
from keras_lifelong_vae.tasks import TaskSequence

IMPORTANCE_WEIGHTED_IMAGES = 1_000


@dataclass(frozen=True)
class Grid:
    """A directory of cells, one for each strategy and seed, all of one sequence and one budget.

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

    def check(self, settings: Mapping[str, Any]) -> None:
        """Sees to it that the directory is new or one of these settings.

        Raises:
            ValueError: If it is one of other settings.
        """
        path = self.path / "grid.json"
        if path.exists():
            _check_same(json.loads(path.read_text()), settings, self.path)

    def claim(self, settings: Mapping[str, Any]) -> None:
        """Makes the directory one of these settings, see `check`."""
        self.check(settings)
        path = self.path / "grid.json"
        if not path.exists():
            self.path.mkdir(parents=True, exist_ok=True)
            text = json.dumps(settings, indent=2) + "\n"
            write_atomically(path, lambda temporary: temporary.write_text(text))

    @property
    def settings(self) -> dict[str, Any]:
        """What `claim` was given.

        Raises:
            FileNotFoundError: If the directory is no grid.
        """
        path = self.path / "grid.json"
        if not path.exists():
            raise FileNotFoundError(
                f"`directory` must be one that `lifelong-vae compare` has written, received "
                f"{self.path} without grid.json."
            )
        return dict(json.loads(path.read_text()))

    def results(self) -> list[Results]:
        """Of all finished cells, by strategy as they were registered, then by seed."""
        paths = self.path.glob("cells/*/results.json")
        runs = [run for run in map(Results.read, sorted(paths)) if run.finished]
        known = strategies.names()
        order = {name: known.index(name) for name in known}
        return sorted(runs, key=lambda run: (order.get(run.strategy, len(known)), run.seed))


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
    callbacks: Sequence[keras.callbacks.Callback] = (),
    **options: Any,
) -> list[Results]:
    """Runs every strategy with every seed; what is finished is not run again.

    A run that was killed goes on after its last finished task. Several processes may work on
    one directory, as long as no two are given the same cell.

    Args:
        sequence: Name of a registered sequence, or your own tasks, each with a test split.
        out: Directory of the grid.
        names: Names of registered strategies; all of them if `None`.
        seeds: Seeds of everything random.
        num_tasks: How many of the tasks, from the first; as many as usual if `None`.
        standin: Whether to take a stand-in for a data set that can't be had everywhere.
        importance_samples: Of the importance-weighted bound at the end; 0 leaves it out.
        data_dir: See `keras_lifelong_vae.data.load`.
        verbose: As in `keras.Model.fit`.
        callbacks: Of every `fit`; they come before the rollover.
        **options: Of `TrainingOptions`, the models, and by dotted name of the parts of strategies:
            each is given to the strategies that have the part. The sequence's own if left out or
            `None`.

    Returns:
        The results of all cells asked for.

    Raises:
        ValueError: If a name is unknown, an option is one of no strategy, the directory is one of
            other options, or the classifier
            is so bad that distances on its features would mean nothing.
        keras_lifelong_vae.data.DataUnavailableError: If the data can't be had.
    """
    title, spec = sequences.resolve(sequence, options)
    names = strategies.names() if names is None else names
    ways = {
        name: strategies.get(check_choice(name, "strategies", strategies.names())) for name in names
    }
    if importance_samples:
        check_positive_int(importance_samples, "importance_samples")
    given = {name: value for name, value in options.items() if value is not None}
    for option in given:
        if not any(way.accepts(option) for way in ways.values()):
            raise ValueError(f"`{option}` must be of one of {', '.join(ways)}: none has it.")
    grid = Grid(Path(out))
    settings = {
        "sequence": title,
        "num_tasks": num_tasks,
        "standin": standin,
        "importance_samples": importance_samples,
        "options": given,
    }
    grid.check(settings)
    loading = {"num_tasks": num_tasks, "standin": standin, "data_dir": data_dir}
    finished = []
    for seed in seeds:
        for name in names:
            directory = grid.cell(name, seed)
            results = directory.results()
            if results is None or not results.finished:
                print(f"{title}, {name}, seed {seed}:", flush=True)
                own = {key: value for key, value in given.items() if ways[name].accepts(key)}
                setup = prepare(spec, title, name, seed, own, callbacks, **loading)
                grid.claim(settings)  # only now: what can't be begun claims nothing
                judge = _judge(setup, grid.classifier_path(seed), spec.classifier, seed)
                results = _run_cell(setup, judge, directory, importance_samples, verbose)
            finished.append(results)
    return finished


def _judge(setup: Setup, path: Path, kind: str, seed: int) -> Judge:
    """The judge of all cells of a seed: its classifier is trained once and kept."""
    test = collect(setup.tasks, "test", NUM_SAMPLES)
    classifier = load_classifier(path)
    if classifier is None:
        train = collect(setup.tasks, "train")
        classifier = train_classifier(train, test, kind, seed)
        classifier.save(path)
    print(
        f"classifier: {classifier.accuracy:.1%} of test images right, "
        f"Frechet distance of training to test images {classifier.floor:.2f}"
    )
    return Judge(test, classifier, seed)


def _run_cell(
    setup: Setup, judge: Judge, directory: RunDirectory, importance_samples: int, verbose: int
) -> Results:
    """Runs a cell, or goes on with it."""
    begun = directory.resume(setup.results)
    if begun is None:
        directory.clear()
    else:
        setup = replace(setup, model=begun[0], results=begun[1])

    def finish(results: Results) -> Results:
        write_specimens(directory.path / "specimens.npz", setup.model, results.seed)
        if not importance_samples:
            return results
        images = collect(setup.tasks, "test", IMPORTANCE_WEIGHTED_IMAGES).images
        bound = setup.model.importance_weighted_bound(images, importance_samples, results.seed)
        figures = {
            "bound": float(bound.mean()),
            "samples": importance_samples,
            "images": len(images),
        }
        return replace(results, importance_weighted=figures)

    return run(setup, judge, directory, verbose, pictures=False, finish=finish)


def _check_same(old: Mapping[str, Any], new: Mapping[str, Any], path: Path) -> None:
    differing = [
        f"{name} (was {old.get(name)!r}, now {value!r})"
        for name, value in new.items()
        if old.get(name) != value
    ]
    if differing:
        raise ValueError(
            f"`out` must be a new directory or one of the same options, received {path} with "
            f"other values of {', '.join(differing)}."
        )
