"""A report as one HTML file that refers to nothing outside."""

import base64
from html import escape
from pathlib import Path
from string import Template

from markdown_it import MarkdownIt

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
    return PAGE.substitute(title=escape(title), body=body)
