"""Lines: what a model remembers of each task."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from keras_lifelong_vae.metrics.matrix import check_matrix

# Mostly Paul Tol's "muted" scheme: colour-blind readers can tell them apart too.
COLORS = (
    *("#332288", "#CC6677", "#117733", "#88CCEE", "#882255"),
    *("#999933", "#44AA99", "#AA4499", "#E69F00", "#777777"),
)
MARKERS = tuple("os^DvPX<>*")


def elbo_curves(R: Sequence[Sequence[float]], tasks: Sequence[str], title: str) -> Figure:
    """-ELBO of each finished task from when it was learned on; dotted what came before that.

    R is `(k, n)`, nats per image after task i on the test set of task j; `tasks` are all n names.
    """
    matrix = check_matrix(R)
    finished = len(matrix)
    numbers = np.arange(1, finished + 1)
    figure = Figure(figsize=(8, 4.8), layout="constrained")
    axes = figure.add_subplot()
    for j in range(finished):
        color, marker = COLORS[j % len(COLORS)], MARKERS[j % len(MARKERS)]
        axes.plot(numbers[: j + 1], matrix[: j + 1, j], ":", color=color, alpha=0.5, linewidth=1)
        axes.plot(numbers[j:], matrix[j:, j], color=color, marker=marker, markersize=5)
    learned = matrix[np.tril_indices(finished)]
    margin = 0.08 * max(np.ptp(learned), 1.0)
    axes.set_ylim(learned.min() - margin, learned.max() + margin)
    axes.set_xlim(0.8, len(tasks) + 0.2)
    _label_ends(axes, matrix[-1, :finished], tasks)
    axes.set_xticks(np.arange(1, len(tasks) + 1), tasks, rotation=30, ha="right")
    axes.set(xlabel="after training on", ylabel="-ELBO, nats per test image (lower is better)")
    axes.set_title(f"{title}\ndotted: before the task was learned", fontsize="medium")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.25)
    return figure


def _label_ends(axes: Axes, ends: np.ndarray, names: Sequence[str]) -> None:
    """Writes each line's name beside its end, moved up or down where names would overlap."""
    low, high = axes.get_ylim()
    order = np.argsort(ends)
    steps = np.arange(len(ends)) * (high - low) * min(0.05, 1.0 / len(ends))
    level = ends[order] - steps
    pushed_up = np.maximum.accumulate(level)
    pushed_down = np.minimum.accumulate(level[::-1])[::-1]
    heights = (pushed_up + pushed_down) / 2 + steps
    x = len(ends)
    beside = x + 0.04 * axes.get_xlim()[1]
    for j, height in zip(order, heights, strict=True):
        color = COLORS[j % len(COLORS)]
        line = {"arrowstyle": "-", "color": color, "linewidth": 0.6, "relpos": (0, 0.5)}
        text = axes.annotate(names[j], (x, ends[j]), (beside, height), arrowprops=line)
        text.set(color=color, va="center", annotation_clip=False)
