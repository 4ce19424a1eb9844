"""The parts of a report as Markdown, and the whole of it as one HTML file."""

import base64
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from markdown_it import MarkdownIt

from keras_lifelong_vae.printable import printable

PAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 0 auto; padding: 1rem; }
p { max-width: 50rem; }
pre, table { overflow-x: auto; }
table { display: block; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem; }
tr { border-bottom: 1px solid #8884; }
img { max-width: 100%; background: white; }
</style>
</head>
<body>
$body</body>
</html>
""")


class Best(str):
    """A cell of a table that is the best of its column, written in bold."""

    __slots__ = ()


@dataclass(frozen=True)
class Table:
    """A table whose first column names the rows; the others, if `numeric`, stand to the right."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: bool = True

    def __str__(self) -> str:
        rule = ["---", *["---:" if self.numeric else "---"] * (len(self.header) - 1)]
        rows = [map(escape, self.header), rule, *(map(_cell, row) for row in self.rows)]
        lines = [f"| {' | '.join(row)} |" for row in rows]
        return "\n".join([*([escape(self.caption), ""] if self.caption else []), *lines])


def _cell(text: str) -> str:
    return f"**{escape(text)}**" if isinstance(text, Best) else escape(text)


def heading(text: str, level: int = 2) -> str:
    """A heading; level 1 is the title."""
    return f"{'#' * level} {escape(text)}"


def escape(text: str) -> str:
    """The text in one line, without what Markdown or a terminal would take for more than text."""
    line = printable(" ".join(text.split()))
    line = re.sub(r"([\\`*_|<>\[\]#&~$])", r"\\\1", line)
    return re.sub(r"^(\d*)([-+.)])(?= |$)", r"\1\\\2", line)  # the beginning of a list


def fenced(text: str, language: str) -> str:
    """A block of code that no run of backticks in `text` ends."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def to_html(markdown: str, title: str, directory: Path) -> str:
    """The page of a report in Markdown, with the pictures that lie in `directory` inside."""
    parser = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False}).enable("table")
    tokens = parser.parse(markdown)
    for token in tokens:
        for child in token.children or ():
            if child.type == "image":
                data = base64.b64encode((directory / str(child.attrs["src"])).read_bytes())
                child.attrs["src"] = f"data:image/png;base64,{data.decode()}"
    body = parser.renderer.render(tokens, parser.options, {})
    return PAGE.substitute(title=html.escape(title), body=body)
