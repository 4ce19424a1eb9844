"""Runs of one task sequence side by side, as text."""

from collections.abc import Sequence

from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.metrics import forgetting


def compare(runs: Sequence[Results]) -> str:
    """A table of finished runs of the same tasks: -ELBO of each at the end, in nats per test image,
    and what was forgotten, -ELBO at the end minus -ELBO right after the task was learned.
    """
    if not runs or not all(run.finished for run in runs):
        raise ValueError(
            f"`runs` must be finished runs, at least one, received "
            f"{[len(run.negative_elbo) for run in runs]} finished tasks."
        )
    tasks = runs[0].tasks
    if any(run.tasks != tasks for run in runs):
        raise ValueError(f"`runs` must have the same tasks, received {[r.tasks for r in runs]}.")
    width = max(len(name) for name in ("all tasks", *tasks))
    lines = [
        "-ELBO at the end, nats per test image (lower is better)",
        " " * width + "".join(f"{run.strategy:>20}" for run in runs),
        "task".ljust(width) + "".join(f"{'-ELBO':>11}{'forgot':>9}" for _ in runs),
    ]
    lost = [forgetting(run.negative_elbo) for run in runs]
    for j, name in enumerate(tasks):
        cells = [(run.negative_elbo[-1][j], one[j]) for run, one in zip(runs, lost, strict=True)]
        lines.append(_row(name, cells, width))
    forgot = [one[:-1].mean() if len(one) > 1 else 0.0 for one in lost]
    means = [run.mean_negative_elbo or 0.0 for run in runs]
    lines.append(_row("all tasks", list(zip(means, forgot, strict=True)), width))
    return "\n".join(lines)


def _row(name: str, cells: Sequence[tuple[float, float]], width: int) -> str:
    return name.ljust(width) + "".join(f"{bound:>11.2f}{lost:>+9.2f}" for bound, lost in cells)
