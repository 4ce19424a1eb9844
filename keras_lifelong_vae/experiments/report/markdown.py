"""A report as Markdown."""

import re
from collections.abc import Sequence

from keras_lifelong_vae.experiments.report.document import (
    Block,
    Cell,
    Code,
    Heading,
    Picture,
    Table,
    Text,
)


def to_markdown(blocks: Sequence[Block]) -> str:
    """The text of `report.md`, its pictures being files beside it."""
    return "\n\n".join(_block(block) for block in blocks) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * level} {_escape(text)}"
        case Text(text):
            return _escape(text)
        case Code(text):
            return f"```sh\n{text}\n```"
        case Picture(file, title, caption):
            return f"![{_escape(title)}]({file})\n\n*{_escape(title)}.* {_escape(caption)}"
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    align = "---:" if table.numeric else "---"
    lines = [
        _row([_escape(text) for text in table.header]),
        _row(["---", *[align] * (len(table.header) - 1)]),
        *(_row([_cell(cell) for cell in row]) for row in table.rows),
    ]
    caption = [_escape(table.caption), ""] if table.caption else []
    return "\n".join([*caption, *lines])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    text = _escape(cell.text)
    return f"**{text}**" if cell.best else text


def _escape(text: str) -> str:
    """Letters that Markdown would take for markup, in names of tasks above all."""
    return re.sub(r"([\\`*_|<>\[\]])", r"\\\1", text)
