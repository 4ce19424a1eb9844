"""What a grid directory holds that a report can be made of."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from keras_lifelong_vae.experiments import sequences
from keras_lifelong_vae.experiments.grid import Grid
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.strategies import STRATEGIES


@dataclass(frozen=True)
class Contents:
    """A grid, read without any model.

    Args:
        directory: The grid's.
        settings: Its sequence and options.
        runs: Finished ones, by strategy in the order of `STRATEGIES`, then by seed.
        begun: Runs that have finished some stages.
        diverged: Finished runs with an -ELBO that is no finite number; left out of all figures.
        classifiers: By seed, the classifier's `accuracy` and `floor`.
    """

    directory: Path
    settings: Mapping[str, Any]
    runs: Sequence[Results]
    begun: Sequence[Results]
    diverged: Sequence[Results]
    classifiers: Mapping[int, Mapping[str, float]]

    @property
    def tasks(self) -> list[str]:
        return self.runs[0].tasks

    @property
    def seeds(self) -> list[int]:
        """Of all runs, finished or not."""
        return sorted({run.seed for run in (*self.runs, *self.begun, *self.diverged)})

    @property
    def strategies(self) -> list[str]:
        """Those with a finished run."""
        return list(self.by_strategy)

    @property
    def by_strategy(self) -> dict[str, list[Results]]:
        groups: dict[str, list[Results]] = {}
        for run in self.runs:
            groups.setdefault(run.strategy, []).append(run)
        return groups

    @property
    def spec(self) -> sequences.SequenceSpec:
        return sequences.get(self.settings["sequence"])

    @property
    def standin(self) -> str:
        """Such as "SynthDigits, a stand-in for SVHN"; empty if the data are the real ones."""
        if not self.settings.get("standin"):
            return ""
        (real,) = [name for name in self.spec.data if name in sequences.STANDINS]
        short = sequences.TITLES[sequences.STANDINS[real]].split(" (")[0]
        return f"{short}, a stand-in for {sequences.TITLES[real]}"

    def titled(self, title: str) -> str:
        """The title, with the stand-in if there is one: no picture may hide it."""
        return f"{title} ({self.standin})" if self.standin else title

    def specimens(self, strategy: str) -> tuple[int, Path] | None:
        """The first finished seed of which there are images, and their file."""
        for run in self.by_strategy.get(strategy, []):
            path = Grid(self.directory).cell(strategy, run.seed).path / "specimens.npz"
            if path.exists():
                return run.seed, path
        return None


def read_contents(directory: Path) -> Contents:
    """Reads what is there.

    Raises:
        FileNotFoundError: If the directory is no grid.
        ValueError: If no run is finished or a file is broken.
    """
    settings = _settings(directory)
    paths = sorted(directory.glob("cells/*/results.json"))
    order = list(STRATEGIES)
    runs = sorted(
        (_read(path) for path in paths), key=lambda run: (order.index(run.strategy), run.seed)
    )
    finished = [run for run in runs if run.finished]
    if not finished:
        raise ValueError(
            f"`directory` must hold at least one finished run, received {directory} with "
            f"{len(runs)} begun."
        )
    sound = [run for run in finished if _is_finite(run)]
    if not sound:
        raise ValueError(
            "`directory` must hold at least one finished run with finite -ELBO, received "
            f"{directory} with {len(finished)} others."
        )
    return Contents(
        directory,
        settings,
        runs=sound,
        begun=[run for run in runs if not run.finished],
        diverged=[run for run in finished if not _is_finite(run)],
        classifiers=_classifiers(directory),
    )


def _settings(directory: Path) -> dict[str, Any]:
    try:
        settings = Grid(directory).settings
        sequences.get(settings["sequence"])
    except (ValueError, KeyError, TypeError) as error:
        raise _broken(directory / "grid.json", error) from error
    return settings


def _read(path: Path) -> Results:
    try:
        run = Results.read(path)
        if run.strategy not in STRATEGIES:
            raise ValueError(f"unknown strategy {run.strategy!r}")
        if {len(row) for row in run.negative_elbo} - {len(run.tasks)}:
            raise ValueError("negative_elbo has rows of another length than tasks")
        if run.finished and len(run.negative_elbo) != len(run.stages):
            raise ValueError("negative_elbo has not as many rows as stages")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _broken(path, error) from error
    return run


def _classifiers(directory: Path) -> dict[int, dict[str, float]]:
    found = {}
    for path in directory.glob("classifier-*/classifier.json"):
        try:
            figures = json.loads(path.read_text())
            seed = int(path.parent.name.removeprefix("classifier-"))
            found[seed] = {name: float(figures[name]) for name in ("accuracy", "floor")}
        except (ValueError, KeyError, TypeError) as error:
            raise _broken(path, error) from error
    return dict(sorted(found.items()))


def _broken(path: Path, error: Exception) -> ValueError:
    return ValueError(
        f"`directory` must hold whole files that `lifelong-vae compare` has written, received "
        f"{path}, which can't be read: {type(error).__name__}: {error}"
    )


def _is_finite(run: Results) -> bool:
    return all(math.isfinite(value) for value in chain(*run.negative_elbo))
