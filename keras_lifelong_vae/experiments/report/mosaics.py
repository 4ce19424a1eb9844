"""Images that the models have made, tile by tile."""

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from keras_lifelong_vae.experiments.report import summary
from keras_lifelong_vae.experiments.report.contents import TRAVERSED, Contents
from keras_lifelong_vae.plots.grids import DPI, GAP, LETTER, MARGIN, TITLE, mosaic, place

COLUMNS = 8
MAX_CATEGORIES = 20
MAX_WIDTH = 1200  # pixels
NARROWEST = 360  # pixels, for the title
TITLE_LETTER = 10  # pixels that a letter of it takes, generously


def sample_mosaics(contents: Contents) -> Figure | None:
    """Generated images after the last task, two strategies in a row."""
    panels = {}
    for name in contents.by_strategy:
        found = contents.images(name)
        if found:
            run, images = found
            origins = {"samples": summary.origin([run]), "samples_prior": summary.PRIOR}
            for key in sorted(origins.keys() & images.keys()):
                title = f"{name}, seed {run.seed}: {origins[key]}"
                panels[title] = mosaic(images[key] / 255, COLUMNS)
    if not panels:
        return None
    height, width, _ = next(iter(panels.values())).shape
    width, height = width + 2 * MARGIN, height + TITLE
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    title = contents.titled("Images generated after the last task")
    total = max(MARGIN + columns * width, LETTER * len(title))
    figure = _figure(title, total, TITLE + rows * height)
    for i, (name, panel) in enumerate(panels.items()):
        left, top = MARGIN + i % columns * width, 2 * TITLE + i // columns * height
        place(figure, panel, left, top).set_title(name, fontsize="medium", pad=4)
    return figure


def traversal_mosaic(contents: Contents) -> Figure | None:
    """A column per category, a row per z_c."""
    found = contents.images(TRAVERSED)
    if found is None or "traversals" not in found[1]:
        return None
    run, all_images = found
    images = all_images["traversals"] / 255
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
    figure = _figure(title, width, top + panel.shape[0])
    axes = place(figure, panel, left, top)
    centres = np.arange(max(len(shown), codes)) * tile + (tile - GAP) / 2
    axes.set_xticks(centres[: len(shown)], heads, rotation=90)
    axes.set_yticks(centres[:codes], [f"$z_c$ {i + 1}" for i in range(codes)], parse_math=True)
    axes.xaxis.tick_top()
    return figure


def evenly(total: int, at_most: int) -> list[int]:
    """At most so many of the numbers below `total`, from the first to the last."""
    return np.linspace(0, total - 1, min(total, at_most)).round().astype(int).tolist()


def _heads(contents: Contents, categories: int, shown: Sequence[int]) -> list[str]:
    """The categories' numbers, with the names of their tasks where each has as many."""
    per_task = contents.by_strategy[TRAVERSED][0].config.get("categories_per_task", 0)
    if per_task * len(contents.tasks) != categories:
        return [str(k) for k in shown]
    return [f"{k}: {contents.tasks[k // per_task].split(' (')[0]}" for k in shown]


def _figure(title: str, width: int, height: int) -> Figure:
    """Room for so many pixels and a margin below, the title at one distance from the top."""
    height += MARGIN
    figure = Figure(figsize=(width / DPI, height / DPI))
    figure.suptitle(title, y=1 - MARGIN / height, va="top", parse_math=True)
    return figure
