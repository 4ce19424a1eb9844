"""The report of a grid: tables and pictures, as Markdown and, if asked for, as one HTML file."""

import os
from pathlib import Path

from keras_lifelong_vae.experiments.report.contents import Contents, read_contents
from keras_lifelong_vae.experiments.report.copying import copy_small_part
from keras_lifelong_vae.experiments.report.figures import PLANS
from keras_lifelong_vae.experiments.report.head import head
from keras_lifelong_vae.experiments.report.html import to_html
from keras_lifelong_vae.experiments.report.markdown import heading
from keras_lifelong_vae.experiments.report.tables import main_tables, seeds_table, tasks_table
from keras_lifelong_vae.files import write_atomically

__all__ = ["write_report"]


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
        copy_small_part(contents, out)
    pictures = [plan.write(contents, out) for plan in PLANS]
    text = _text(contents, list(filter(None, pictures)))
    path = _write(text, out / "report.md")
    if html:
        path = _write(to_html(text, contents.title, out), out / "report.html")
    return path


def _text(contents: Contents, pictures: list[str]) -> str:
    blocks = [
        *head(contents),
        *main_tables(contents),
        heading("Pictures"),
        *pictures,
        heading("Appendix: tasks and seeds"),
        tasks_table(contents),
        seeds_table(contents),
    ]
    return "\n\n".join(map(str, blocks)) + "\n"


def _write(text: str, path: Path) -> Path:
    write_atomically(path, lambda temporary: temporary.write_bytes(text.encode()))
    return path
