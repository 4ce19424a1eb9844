"""What a report consists of, whatever it is written as."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the title."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Code:
    """Lines to be typed."""

    text: str


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Args:
        text: What it says.
        best: Whether it is the best of its column.
    """

    text: str
    best: bool = False


@dataclass(frozen=True)
class Table:
    """A table whose first column names the rows.

    Args:
        caption: What the numbers are, with their units; may be empty.
        header: A heading for each column.
        rows: Of as many cells.
        numeric: Whether all columns but the first are aligned to the right.
    """

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    numeric: bool = True


@dataclass(frozen=True)
class Picture:
    """A picture.

    Args:
        file: Name of the PNG file beside the report.
        title: What is shown.
        caption: How to read it.
    """

    file: str
    title: str
    caption: str


Block = Heading | Text | Code | Table | Picture
