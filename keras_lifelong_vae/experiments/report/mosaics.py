"""Images that the models have made, tile by tile."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from keras_lifelong_vae.experiments.pictures import DPI, GAP, LETTER, MARGIN, TITLE, mosaic
from keras_lifelong_vae.experiments.report import summary
from keras_lifelong_vae.experiments.report.contents import Contents
from keras_lifelong_vae.experiments.report.png import MAX_WIDTH

SAMPLES = 16  # of each strategy; rows of a traversal are fewer
COLUMNS = 8
MAX_CATEGORIES = 20
NARROWEST = 360  # pixels, for the title
TITLE_LETTER = 10  # pixels that a letter of it takes, generously
TRAVERSED = "lifelong"


def shown_images(strategy: str, path: Path) -> dict[str, np.ndarray]:
    """What pictures show of a file of specimens."""
    names = ["samples", *(["samples_prior", "traversals"] if strategy == TRAVERSED else [])]
    with np.load(path) as file:
        return {name: file[name][:SAMPLES] for name in names if name in file}


def sample_mosaics(contents: Contents) -> Figure | None:
    """Generated images after the last task, two strategies in a row."""
    panels = {}
    for name in contents.strategies:
        found = contents.specimens(name)
        if found:
            run, path = found
            images = shown_images(name, path)
            head = f"{name}, seed {run.seed}"
            panels[f"{head}: {summary.origin([run])}"] = mosaic(images["samples"] / 255, COLUMNS)
            if "samples_prior" in images:
                panel = mosaic(images["samples_prior"] / 255, COLUMNS)
                panels[f"{head}: {summary.PRIOR}"] = panel
    if not panels:
        return None
    height, width, _ = next(iter(panels.values())).shape
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    title = contents.titled("Images generated after the last task")
    total = (
        max(MARGIN + columns * (width + 2 * MARGIN), LETTER * len(title)),
        TITLE + rows * (height + TITLE),
    )
    figure = Figure(figsize=(total[0] / DPI, (total[1] + MARGIN) / DPI))
    for i, (name, panel) in enumerate(panels.items()):
        left = MARGIN + i % columns * (width + 2 * MARGIN)
        top = 2 * TITLE + i // columns * (height + TITLE)
        _place(figure, panel, left, top).set_title(name, fontsize="medium", pad=4)
    _entitle(figure, title)
    return figure


def traversal_mosaic(contents: Contents) -> Figure | None:
    """A column per category, a row per z_c."""
    found = contents.specimens(TRAVERSED)
    if found is None:
        return None
    run, path = found
    images = shown_images(TRAVERSED, path)["traversals"] / 255
    codes, categories = images.shape[:2]
    tile = mosaic(images[0, :1], 1).shape[1] + GAP
    left = 5 * LETTER + MARGIN
    shown = evenly(categories, min(MAX_CATEGORIES, (MAX_WIDTH - left - 2 * MARGIN) // tile))
    panel = mosaic(np.concatenate(images[:, shown]), len(shown))
    heads = _heads(contents, categories, shown)
    wide = left + panel.shape[1] + 2 * MARGIN
    width = max(wide, NARROWEST)
    left += (width - wide) // 2
    title = f"{TRAVERSED}, seed {run.seed}: a column per category, a row per $z_c$ ~ N(0, I)"
    title = textwrap.fill(contents.titled(title), width // TITLE_LETTER)
    top = (2 + title.count("\n")) * TITLE + LETTER * max(map(len, heads))
    figure = Figure(figsize=(width / DPI, (top + panel.shape[0] + MARGIN) / DPI))
    axes = _place(figure, panel, left, top)
    centres = np.arange(max(len(shown), codes)) * tile + (tile - GAP) / 2
    axes.set_xticks(centres[: len(shown)], heads, rotation=90)
    axes.set_yticks(centres[:codes], [f"$z_c$ {i + 1}" for i in range(codes)])
    axes.xaxis.tick_top()
    _entitle(figure, title)
    return figure


def evenly(total: int, at_most: int) -> list[int]:
    """At most so many of the numbers below `total`, from the first to the last."""
    if total <= at_most:
        return list(range(total))
    return [round(i * (total - 1) / (at_most - 1)) for i in range(at_most)]


def _heads(contents: Contents, categories: int, shown: Sequence[int]) -> list[str]:
    """The categories' numbers, with the names of their tasks where each has as many."""
    runs = contents.by_strategy[TRAVERSED]
    per_task = runs[0].config.get("categories_per_task", 0)
    if per_task * len(contents.tasks) != categories:
        return [str(k) for k in shown]
    names = [name.split(" (")[0] for name in contents.tasks]
    return [f"{k}: {names[k // per_task]}" for k in shown]


def _entitle(figure: Figure, title: str) -> None:
    """Writes the title at the same distance from the top, however high the figure is."""
    figure.suptitle(title, y=1 - MARGIN / (figure.get_figheight() * DPI), va="top")


def _place(figure: Figure, panel: np.ndarray, left: int, top: int) -> Axes:
    """Shows the panel pixel for pixel, so far from the left and the top of the figure."""
    width, height = figure.get_size_inches() * DPI
    rows, columns, channels = panel.shape
    box = (left / width, 1 - (top + rows) / height, columns / width, rows / height)
    axes = figure.add_axes(box)
    image = panel.squeeze(-1) if channels == 1 else panel
    axes.imshow(image, "gray", vmin=0, vmax=1, interpolation="nearest", aspect="auto")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return axes
