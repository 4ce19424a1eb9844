"""The report of a grid: tables and pictures, as Markdown and as one HTML file."""

import os
from pathlib import Path

from keras_lifelong_vae.experiments.report.contents import Contents, read_contents
from keras_lifelong_vae.experiments.report.copying import copy_small_part
from keras_lifelong_vae.experiments.report.document import Block, Heading
from keras_lifelong_vae.experiments.report.figures import Plan, plans
from keras_lifelong_vae.experiments.report.head import head
from keras_lifelong_vae.experiments.report.html import to_html
from keras_lifelong_vae.experiments.report.markdown import to_markdown
from keras_lifelong_vae.experiments.report.png import write_png
from keras_lifelong_vae.experiments.report.tables import main_tables, seeds_table, tasks_table
from keras_lifelong_vae.files import write_atomically

__all__ = ["write_report"]


def write_report(
    directory: str | os.PathLike[str], to: str | os.PathLike[str] | None = None
) -> Path:
    """Writes `report.md`, `report.html` and the pictures of a grid; no model is loaded.

    What is not finished is left out, and the report says so. The same files give the same report,
    byte for byte.

    Args:
        directory: That `lifelong-vae compare` has written.
        to: Where the report is written, with a copy of the small files it is made of, so that it
            can be made again there; `directory` itself if `None`.

    Returns:
        The path of `report.html`.

    Raises:
        FileNotFoundError: If the directory is no grid.
        ValueError: If no run is finished, a file is broken, or `to` holds another grid.
    """
    grid = Path(directory)
    out = grid if to is None else Path(to)
    contents = read_contents(grid)
    if out.resolve() != grid.resolve():
        copy_small_part(contents, out)
    possible = plans(contents)
    for plan in possible:
        write_png(plan.draw(contents), out / plan.file)
    blocks = _blocks(contents, possible)
    texts = {"report.md": to_markdown(blocks), "report.html": to_html(blocks, out)}
    for name, text in texts.items():
        data = text.encode()
        write_atomically(out / name, lambda path, data=data: path.write_bytes(data))  # type: ignore[misc]
    return out / "report.html"


def _blocks(contents: Contents, possible: list[Plan]) -> list[Block]:
    return [
        *head(contents),
        *main_tables(contents),
        Heading("Pictures"),
        *(plan.picture(contents) for plan in possible),
        Heading("Appendix: tasks and seeds"),
        tasks_table(contents),
        seeds_table(contents),
    ]
