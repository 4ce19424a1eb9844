"""Pictures of what a model generates, reconstructs and remembers."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from keras_lifelong_vae.files import write_atomically
from keras_lifelong_vae.metrics.matrix import check_matrix

DPI = 100
TILE = 56  # pixels per image at least: images are enlarged by a whole factor and stay sharp
GAP = 4  # white pixels between images
MARGIN = 12  # pixels around a grid
TITLE = 34  # pixels above it
LETTER = 8  # pixels that a letter of a label takes, generously
# Mostly Paul Tol's "muted" scheme: colour-blind readers can tell them apart too.
COLORS = (
    *("#332288", "#CC6677", "#117733", "#88CCEE", "#882255"),
    *("#999933", "#44AA99", "#AA4499", "#E69F00", "#777777"),
)
MARKERS = tuple("os^DvPX<>*")


def save(figure: Figure, path: Path) -> None:
    """Writes `figure` as a PNG file, the whole file or nothing."""
    write_atomically(path, lambda temporary: figure.savefig(temporary, dpi=DPI))


def sample_grid(images: np.ndarray, title: str, columns: int = 10) -> Figure:
    """Images `(n, height, width, channels)` in [0, 1], in rows of `columns`."""
    figure = _show([mosaic(images, columns)])
    figure.axes[0].set_title(title)
    return figure


def comparison_grid(
    images_by_strategy: Mapping[str, np.ndarray], title: str, columns: int = 8
) -> Figure:
    """For each strategy a grid as of `sample_grid`, side by side."""
    mosaics = [mosaic(images, columns) for images in images_by_strategy.values()]
    figure = _show(mosaics, top=2 * TITLE)
    figure.suptitle(title)
    for axes, name in zip(figure.axes, images_by_strategy, strict=True):
        axes.set_title(name)
    return figure


def reconstruction_grid(pairs: Mapping[str, tuple[np.ndarray, np.ndarray]], title: str) -> Figure:
    """For each task a row of images above a row of their reconstructions.

    `pairs` has both by the task's name: `(n, height, width, channels)` in [0, 1], all n alike.
    """
    mosaics = [mosaic(np.concatenate(pair), len(pair[0])) for pair in pairs.values()]
    spaced = [np.pad(one, ((0, 3 * GAP), (0, 0), (0, 0)), constant_values=1.0) for one in mosaics]
    left = MARGIN + LETTER * max(len(name) for name in pairs)
    figure = _show([np.concatenate(spaced)], left=left)
    height, period = mosaics[0].shape[0], spaced[0].shape[0]
    places = [i * period + height / 2 for i in range(len(pairs))]
    figure.axes[0].set_yticks(places, list(pairs))
    figure.axes[0].set_title(title)
    return figure


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


def mosaic(images: np.ndarray, columns: int) -> np.ndarray:
    """`(n, height, width, channels)` tiled row by row: `(rows, columns, channels)`."""
    scale = -(-TILE // images.shape[2])
    large = images.repeat(scale, axis=1).repeat(scale, axis=2)
    missing = -len(large) % columns
    padding = ((0, missing), (0, GAP), (0, GAP), (0, 0))
    tiles = np.pad(large, padding, constant_values=1.0)
    _, height, width, channels = tiles.shape
    grid = tiles.reshape(-1, columns, height, width, channels).swapaxes(1, 2)
    return grid.reshape(-1, columns * width, channels)[:-GAP, :-GAP]


def _show(mosaics: Sequence[np.ndarray], left: int = MARGIN, top: int = TITLE) -> Figure:
    """A figure with the mosaics side by side, each in axes of its own."""
    width = left + sum(panel.shape[1] + MARGIN for panel in mosaics)
    height = top + max(panel.shape[0] for panel in mosaics) + MARGIN
    figure = Figure(figsize=(width / DPI, height / DPI))
    for panel in mosaics:
        place(figure, panel, left, top)
        left += panel.shape[1] + MARGIN
    return figure


def place(figure: Figure, panel: np.ndarray, left: int, top: int) -> Axes:
    """Shows a mosaic pixel for pixel, so far from the left and the top of the figure."""
    width, height = figure.get_size_inches() * DPI
    rows, columns, _ = panel.shape
    box = (left / width, 1 - (top + rows) / height, columns / width, rows / height)
    axes = figure.add_axes(box, xticks=[], yticks=[])
    axes.imshow(panel, "gray", vmin=0, vmax=1, interpolation="nearest", aspect="auto")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return axes
