"""Numbers as colours: R by strategy, and the tasks' shares among generated images."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from keras_lifelong_vae.experiments.report.contents import Contents
from keras_lifelong_vae.experiments.report.curves import FULL_BATCH, name_ticks, with_origins

COLUMNS = 4  # small multiples in a row
MAX_NUMBERED = 10  # tasks, for numbers to fit into the cells of R
MAX_LARGE = 5  # of which they fit in the usual size
SMALL = 5.5  # points
ROBUST = 90  # percentile of what was learned at which colours are clipped
COLORMAP = "cividis_r"


def bound_maps(contents: Contents) -> Figure | None:
    """R by strategy, mean over seeds: excess over full-batch where there is one."""
    ends = [run.negative_elbo[-1] for run in contents.by_strategy.get(FULL_BATCH, [])]
    reference = np.mean(ends, axis=0) if ends else 0.0
    shown = {
        name: np.mean([run.negative_elbo for run in runs], axis=0) - reference
        for name, runs in contents.task_by_task.items()
    }
    if not shown:
        return None
    norm, clipped = _norm(list(shown.values()), from_zero=bool(ends))
    columns, rows = min(COLUMNS, len(shown)), -(-len(shown) // COLUMNS)
    figure = Figure(figsize=(max(3.0 * columns, 8.0), 3.1 * rows + 1.3), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat[len(shown) :]:
        axes.set_visible(False)
    decimals = 0 if np.abs(np.stack(list(shown.values()))).max() >= 100 else 1
    for i, (axes, (name, values)) in enumerate(zip(grid.flat, shown.items(), strict=False)):
        seeds = len(contents.by_strategy[name])
        axes.set_title(f"{name} ({seeds} seed{'s'[: seeds - 1]})", fontsize="medium")
        image = axes.imshow(values, COLORMAP, norm=norm, aspect="auto")
        _name_axes(axes, contents.tasks, left=i % columns == 0, bottom=i + columns >= len(shown))
        steps = np.repeat(np.arange(len(values) + 1) - 0.5, 2)  # between learned and to come
        axes.plot(steps[1:], steps[:-1], color="white", linewidth=2.5)
        axes.plot(steps[1:], steps[:-1], color="black", linewidth=1)
        if len(values) <= MAX_NUMBERED:
            size = "small" if len(values) <= MAX_LARGE else SMALL
            _write_numbers(axes, values, norm, decimals, size)
    what = "excess over full-batch's -ELBO" if ends else "-ELBO"
    label = f"{what},\nnats per test image; darkest: {clipped:,.{decimals}f} and more"
    ticks = [
        tick for tick in MaxNLocator(6).tick_values(norm.vmin or 0.0, clipped) if tick <= clipped
    ]
    figure.colorbar(image, ax=grid, label=label, ticks=ticks, shrink=0.9, aspect=35, pad=0.02)
    figure.suptitle(contents.titled("-ELBO of each task (columns) after each task (rows)"))
    return figure


def share_map(contents: Contents) -> Figure | None:
    """Share of each task among images generated after the last task, mean over seeds."""
    shares = {}
    for name, runs in contents.by_strategy.items():
        known = [run.measurements[-1].get("task_shares") for run in runs if run.measurements]
        if any(known):
            shares[name] = np.mean([one for one in known if one], axis=0)
    if not shares:
        return None
    values = 100 * np.stack(list(shares.values()))
    rows, n = values.shape
    norm = Normalize(0, min(100.0, 300.0 / n))
    width = min(12.0, max(8.0, 3.6 + 0.8 * n))
    figure = Figure(figsize=(width, 2.4 + 0.42 * rows), layout="constrained")
    axes = figure.add_subplot()
    image = axes.imshow(values, COLORMAP, norm=norm, aspect="auto")
    axes.set_yticks(np.arange(rows), list(shares))
    name_ticks(axes, np.arange(n), contents.tasks)
    axes.set_xlim(-0.5, n - 0.5)
    axes.tick_params(length=0)
    if n <= 12:
        _write_numbers(axes, values, norm, 1)
    clipped = values.max() > (norm.vmax or 100)
    label = f"percent; darkest:\n{norm.vmax:.3g} and more" if clipped else "percent"
    figure.colorbar(image, ax=axes, label=label, aspect=15, pad=0.02)
    figure.suptitle(with_origins(contents, "Share of each task among 10,000 generated images"))
    return figure


def _norm(matrices: Sequence[np.ndarray], from_zero: bool) -> tuple[Normalize, float]:
    """Colours up to a robust maximum; small excesses are spread out by a square root."""
    learned = np.concatenate([R[np.tril_indices(len(R))] for R in matrices])
    high = float(np.percentile(learned, ROBUST))
    low = 0.0 if from_zero else float(learned.min())
    high = max(high, low + 0.1)
    return (PowerNorm(0.5, low, high, clip=True) if from_zero else Normalize(low, high)), high


def _name_axes(axes: Axes, tasks: Sequence[str], left: bool, bottom: bool) -> None:
    numbers = np.arange(len(tasks))
    step = -(-len(tasks) // 12)
    none = [""] * len(tasks)
    rotation = 90 if max(map(len, tasks)) > 3 else 0
    axes.set_xticks(numbers[::step], (tasks if bottom else none)[::step], rotation=rotation)
    axes.set_yticks(numbers[::step], (tasks if left else none)[::step])
    axes.tick_params(labelsize="small", length=0)
    axes.set_ylabel("after task" if left else "", fontsize="small")
    axes.set_xlabel("test images of task" if bottom else "", fontsize="small")


def _write_numbers(
    axes: Axes, values: np.ndarray, norm: Normalize, decimals: int, size: str | float = "small"
) -> None:
    for (i, j), value in np.ndenumerate(values):
        color = "white" if float(norm(value)) > 0.55 else "black"
        text = f"{round(float(value), decimals) + 0.0:.{decimals}f}"  # + 0.0: no "-0.0"
        axes.text(j, i, text, color=color, ha="center", va="center", fontsize=size)
