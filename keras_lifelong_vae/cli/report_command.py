"""`lifelong-vae report`: tables and pictures of a comparison."""

from typing import Any

from keras_lifelong_vae.printable import say

DESCRIPTION = """\
Write report.md and PNG pictures of what `lifelong-vae compare` has run so far.
No model is loaded or needed.
"""


def add_parser(name: str, commands: Any) -> None:
    parser = commands.add_parser(
        name, help="report on a comparison of strategies", description=DESCRIPTION
    )
    parser.set_defaults(command=_report)
    parser.add_argument("directory", metavar="DIR", help="that `lifelong-vae compare` has written")
    parser.add_argument(
        "--to",
        metavar="DIR2",
        help="write there instead, with the small files that the report is made of, so that "
        "`lifelong-vae report DIR2` makes it again",
    )
    parser.add_argument(
        "--html", action="store_true", help="also write report.html, one file, pictures inside"
    )


def _report(**places: Any) -> None:
    from keras_lifelong_vae.experiments.report import write_report

    say(f"Written: {write_report(**places)}")
