"""The parts of a report as Markdown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


class Best(str):
    """A cell of a table that is the best of its column."""

    __slots__ = ()


@dataclass(frozen=True)
class Table:
    """A table whose first column names the rows.

    Args:
        caption: What the numbers are, with their units; may be empty.
        header: A heading for each column.
        rows: Of as many cells, `Best` ones in bold.
        numeric: Whether all columns but the first are aligned to the right.
    """

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: bool = True

    def __str__(self) -> str:
        rule = ["---", *["---:" if self.numeric else "---"] * (len(self.header) - 1)]
        rows = [map(escape, self.header), rule, *(map(_cell, row) for row in self.rows)]
        lines = [f"| {' | '.join(row)} |" for row in rows]
        return "\n".join([*([escape(self.caption), ""] if self.caption else []), *lines])


def heading(text: str, level: int = 2) -> str:
    """A heading; level 1 is the title."""
    return f"{'#' * level} {escape(text)}"


def code(lines: Sequence[str]) -> str:
    """Lines to be typed."""
    return "\n".join(["```sh", *lines, "```"])


def picture(file: str, title: str, caption: str) -> str:
    """A picture that lies beside the report, and how to read it."""
    return f"![{escape(title)}]({file})\n\n*{escape(title)}.* {escape(caption)}"


def escape(text: str) -> str:
    """The text in one line, without what Markdown would take for markup."""
    return re.sub(r"([\\`*_|<>\[\]#&])", r"\\\1", " ".join(text.split()))


def _cell(text: str) -> str:
    return f"**{escape(text)}**" if isinstance(text, Best) else escape(text)
