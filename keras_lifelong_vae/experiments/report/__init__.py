"""The report of a grid: tables and pictures, as Markdown and, if asked for, as one HTML file."""

import io
import json
import os
from pathlib import Path

import numpy as np

from keras_lifelong_vae.experiments.grid import Grid
from keras_lifelong_vae.experiments.report.contents import Contents, read_contents, specimens
from keras_lifelong_vae.experiments.report.figures import PLANS
from keras_lifelong_vae.experiments.report.head import head, title
from keras_lifelong_vae.experiments.report.markdown import escape, heading, to_html
from keras_lifelong_vae.experiments.report.opening import opening
from keras_lifelong_vae.experiments.report.tables import main_tables, seeds_table, tasks_table
from keras_lifelong_vae.files import write_atomically

__all__ = ["write_report"]
COPIED = ("grid.json", "cells/*/results.json", "classifier-*/classifier.json")


def write_report(
    directory: str | os.PathLike[str],
    to: str | os.PathLike[str] | None = None,
    html: bool = False,
) -> Path:
    """Writes `report.md` and the pictures of a grid; no model is loaded.

    What is not finished is left out, and the report says so. The same files give the same report,
    byte for byte.

    Args:
        directory: That `lifelong-vae compare` has written.
        to: Where the report is written, with a copy of the small files it is made of, so that it
            can be made again there; `directory` itself if `None`.
        html: Whether to write `report.html` too, one file with the pictures inside.

    Returns:
        The path of the report, `report.html` if there is one.

    Raises:
        FileNotFoundError: If the directory is no grid.
        ValueError: If no run is finished, a file is broken, or `to` holds another grid.
    """
    grid = Path(directory)
    out = grid if to is None else Path(to)
    contents = read_contents(grid)
    if out.resolve() != grid.resolve():
        _check_free(contents, out)
        _copy_small_part(contents, out)
    pictures = [plan.write(contents, out) for plan in PLANS]
    blocks = [
        *title(contents),
        *filter(None, (escape(opening(contents)), pictures[0])),
        *head(contents),
        *main_tables(contents),
        heading("Pictures"),
        *filter(None, pictures[1:]),
        heading("Appendix: tasks and seeds"),
        tasks_table(contents),
        seeds_table(contents),
    ]
    text = "\n\n".join(map(str, blocks)) + "\n"
    path = _write(text.encode(), out / "report.md")
    if html:
        path = _write(to_html(text, contents.title, out).encode(), out / "report.html")
    return path


def _copy_small_part(contents: Contents, to: Path) -> None:
    """Copies settings, results, the classifiers' figures and the images that are drawn."""
    for name in contents.by_strategy:
        found = contents.images(name)
        if found:
            buffer = io.BytesIO()
            np.savez_compressed(buffer, **found[1])  # type: ignore[arg-type]
            _write(buffer.getvalue(), specimens(to, found[0]))
    for pattern in COPIED:
        for path in contents.directory.glob(pattern):
            text = json.dumps(json.loads(path.read_text())) + "\n"
            _write(text.encode(), to / path.relative_to(contents.directory))


def _write(data: bytes, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, lambda temporary: temporary.write_bytes(data))
    return path


def _check_free(contents: Contents, to: Path) -> None:
    """Raises `ValueError` if a report there would not be that of the grid."""
    grid, settings, why = contents.directory, to / "grid.json", ""
    names = [path.relative_to(to) for pattern in COPIED[1:] for path in sorted(to.glob(pattern))]
    strangers = [name for name in names if not (grid / name).exists()]
    if settings.exists() and Grid(to).settings != contents.settings:
        why = "a grid.json of other settings"
    elif strangers:
        why = f"{strangers[0]}, which {grid} has not"
    if why:
        raise ValueError(
            f"`to` must be a new directory or a copy of the same grid, received {to} with {why}."
        )
