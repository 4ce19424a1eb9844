"""The figures of runs, and their mean and spread over seeds."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.metrics import (
    evenness,
    forgetting,
    mean_final,
    retention,
)

Peers = Mapping[str, Results]  # runs of the same seed by strategy


@dataclass(frozen=True)
class Spread:
    """Mean and sample standard deviation over n seeds; the deviation of one seed is `None`."""

    mean: float
    deviation: float | None
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        deviation = statistics.stdev(values) if len(values) > 1 else None
        return cls(statistics.fmean(values), deviation, len(values))


@dataclass(frozen=True)
class Quantity:
    """A figure of a run.

    Args:
        heading: Short name and unit, for a column.
        of: Its value for a run, given the runs of the same seed; `None` where it has none.
        decimals: How many are written.
        better: "lower" or "higher".
    """

    heading: str
    of: Callable[[Results, Peers], float | None]
    decimals: int = 2
    better: str = "lower"

    def value(self, run: Results, peers: Peers) -> float | None:
        value = self.of(run, peers)
        return None if value is None or not math.isfinite(value) else float(value)


def spreads(quantity: Quantity, runs: Sequence[Results]) -> dict[str, Spread]:
    """The quantity by strategy; strategies that have none are left out."""
    values: dict[str, list[float]] = {}
    for run in runs:
        value = quantity.value(run, peers_of(run, runs))
        if value is not None:
            values.setdefault(run.strategy, []).append(value)
    return {strategy: Spread.of(those) for strategy, those in values.items()}


def peers_of(run: Results, runs: Sequence[Results]) -> dict[str, Results]:
    """The runs of the same seed."""
    return {other.strategy: other for other in runs if other.seed == run.seed}


def has_stage_per_task(run: Results) -> bool:
    """Whether R is square: there is a before and an after for each task."""
    return len(run.stages) == len(run.tasks) > 1


def progress(run: Results) -> np.ndarray:
    """Mean -ELBO after each task over the test images of the tasks seen by then, `(n,)` nats."""
    R = run.negative_elbo
    return np.array([mean_final(R[: i + 1], run.test_sizes) for i in range(len(R))])


def same_tasks(run: Results) -> np.ndarray:
    """-ELBO at the end over the test images of the first 1, 2, ... n tasks, `(n,)` nats."""
    sizes = np.asarray(run.test_sizes)
    return np.cumsum(np.asarray(run.negative_elbo[-1]) * sizes) / np.cumsum(sizes)


def _evenness(shares: Sequence[float]) -> float | None:
    return evenness(shares) if len(shares) > 1 else None


def _final(name: str) -> Callable[[Results, Peers], float | None]:
    def of(run: Results, peers: Peers) -> float | None:
        return run.measurements[-1].get(name) if run.measurements else None

    return of


def _shares(summary: Callable[[Sequence[float]], float | None]) -> Callable[..., float | None]:
    def of(run: Results, peers: Peers) -> float | None:
        shares = run.measurements[-1].get("task_shares") if run.measurements else None
        return None if not shares else summary(shares)

    return of


def _retention(
    bound: Callable[[Results], float | None],
) -> Callable[[Results, Peers], float | None]:
    def of(run: Results, peers: Peers) -> float | None:
        ends = [run, peers.get("naive"), peers.get("full-batch")]
        bounds = [bound(end) for end in ends if end is not None]
        known = [one for one in bounds if one is not None]
        if len(known) < 3 or known[1] == known[2]:
            return None
        return retention(*known)

    return of


def _mean_forgetting(run: Results, peers: Peers) -> float | None:
    return forgetting(run.negative_elbo)[:-1].mean() if has_stage_per_task(run) else None


def _agreement(run: Results, peers: Peers) -> float | None:
    known = [stage.get("agreement") for stage in run.measurements]
    values = [value for value in known if value is not None]
    return statistics.fmean(values) if values else None


def _own_task(run: Results, peers: Peers) -> float | None:
    shares = run.measurements[-1].get("category_task_shares") if run.measurements else None
    return statistics.fmean(shares) if shares else None


BOUND = Quantity("-ELBO, nats", lambda run, _: run.mean_negative_elbo)
IMPORTANCE_WEIGHTED = Quantity(
    "importance-weighted bound, nats", lambda run, _: (run.importance_weighted or {}).get("bound")
)
RETENTION = Quantity("retention", _retention(lambda run: run.mean_negative_elbo), 3, "higher")
FIRST_RETENTION = Quantity(
    "retention of the first task", _retention(lambda run: run.negative_elbo[-1][0]), 3, "higher"
)
FORGETTING = Quantity("forgetting, nats", _mean_forgetting)
FRECHET = Quantity("Fréchet distance", _final("frechet_distance"))
EVENNESS = Quantity("evenness of tasks", _shares(_evenness), 3, "higher")
SMALLEST_SHARE = Quantity("smallest task's share", _shares(min), 3, "higher")
PURITY = Quantity("purity", _final("purity"), 3, "higher")
MUTUAL_INFORMATION = Quantity("mutual information, nats", _final("mutual_information"), 3, "higher")
AGREEMENT = Quantity("agreement with the teacher", _agreement, 3, "higher")
OWN_TASK = Quantity("generated as the category's task", _own_task, 3, "higher")
SPEED = Quantity("training images per second", lambda run, _: run.images_per_second, 0, "higher")
MINUTES = Quantity("minutes in fit", lambda run, _: run.train_seconds / 60, 1)
MEMORY = Quantity("peak memory, MiB", lambda run, _: run.peak_rss_mb or None, 0)
