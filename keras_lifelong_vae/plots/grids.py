"""Images in rows and columns, pixel for pixel."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from keras_lifelong_vae.files import write_atomically

DPI = 100
TILE = 56  # pixels per image at least: images are enlarged by a whole factor and stay sharp
GAP = 4  # white pixels between images
MARGIN = 12  # pixels around a grid
TITLE = 34  # pixels above it
LETTER = 8  # pixels that a letter of a label takes, generously


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
    rows = {name: np.concatenate(pair) for name, pair in pairs.items()}
    return labelled_rows(rows, title, len(next(iter(pairs.values()))[0]))


def labelled_rows(rows: Mapping[str, np.ndarray], title: str, columns: int) -> Figure:
    """For each name its images, `(n, height, width, channels)` in [0, 1], in rows of `columns`."""
    mosaics = [mosaic(images, columns) for images in rows.values()]
    spaced = [np.pad(one, ((0, 3 * GAP), (0, 0), (0, 0)), constant_values=1.0) for one in mosaics]
    left = MARGIN + LETTER * max(len(name) for name in rows)
    panel = np.concatenate(spaced)
    figure = _show([panel], left=left)
    height, period = mosaics[0].shape[0], spaced[0].shape[0]
    places = [i * period + height / 2 for i in range(len(rows))]
    figure.axes[0].set_yticks(places, list(rows))
    # In the middle of the figure, labels included, where there is most room.
    figure.axes[0].set_title(title, x=0.5 + (MARGIN - left) / 2 / panel.shape[1])
    return figure


def mosaic(images: np.ndarray, columns: int) -> np.ndarray:
    """`(n, height, width, channels)` tiled row by row: `(rows, columns, channels)`."""
    scale = -(-TILE // images.shape[2])
    large = np.clip(images, 0, 1).repeat(scale, axis=1).repeat(scale, axis=2)
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
