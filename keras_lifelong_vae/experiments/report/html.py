"""A report as one HTML file that refers to nothing outside."""

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

from keras_lifelong_vae.experiments.report.document import (
    Block,
    Cell,
    Code,
    Heading,
    Picture,
    Table,
    Text,
)

CSS = """\
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 0 auto; padding: 1rem; }
h1, h2 { line-height: 1.2; margin: 2rem 0 0.75rem; }
p, figcaption, caption { max-width: 50rem; }
pre { background: var(--soft); padding: 0.75rem; overflow-x: auto; }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding-bottom: 0.5rem; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem;
  border-bottom: 1px solid var(--line); }
th { font-size: 0.9rem; }
.numbers th:not(:first-child), .numbers td:not(:first-child) { text-align: right; }
.numbers td { white-space: nowrap; }
tbody tr:nth-child(even) { background: var(--soft); }
figure { margin: 2rem 0; }
img { max-width: 100%; height: auto; background: white; border-radius: 4px; }
figcaption { font-size: 0.9rem; }
"""


def to_html(blocks: Sequence[Block], directory: Path) -> str:
    """The text of `report.html`, with the pictures that lie in `directory` inside."""
    title = next(block.text for block in blocks if isinstance(block, Heading))
    body = "\n".join(_block(block, directory) for block in blocks)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{CSS}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _block(block: Block, directory: Path) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Text(text):
            return f"<p>{escape(text)}</p>"
        case Code(text):
            return f"<pre><code>{escape(text)}</code></pre>"
        case Picture():
            return _picture(block, directory)
        case Table():
            return _table(block)


def _picture(picture: Picture, directory: Path) -> str:
    data = base64.b64encode((directory / picture.file).read_bytes()).decode("ascii")
    title = escape(picture.title)
    return (
        f'<figure>\n<img alt="{title}" src="data:image/png;base64,{data}">\n'
        f"<figcaption><b>{title}.</b> {escape(picture.caption)}</figcaption>\n</figure>"
    )


def _table(table: Table) -> str:
    caption = f"<caption>{escape(table.caption)}</caption>\n" if table.caption else ""
    heads = "".join(f'<th scope="col">{escape(text)}</th>' for text in table.header)
    head = f"<thead><tr>{heads}</tr></thead>\n" if any(table.header) else ""
    rows = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    kind = ' class="numbers"' if table.numeric else ""
    return (
        f'<div class="wide" tabindex="0">\n<table{kind}>\n{caption}{head}'
        f"<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
    )


def _cell(cell: Cell) -> str:
    text = escape(cell.text)
    return f"<td><b>{text}</b></td>" if cell.best else f"<td>{text}</td>"
