"""`lifelong-vae compare`: strategies side by side, over several seeds."""

import argparse
import textwrap
from typing import Any

from keras_lifelong_vae.cli import known
from keras_lifelong_vae.cli.arguments import add_data_dir, add_run_options, one_of
from keras_lifelong_vae.cli.callback_argument import callbacks_of_runs
from keras_lifelong_vae.printable import say

DESCRIPTION = """\
Run strategies through one task sequence, each with several seeds, and measure
them after every task. A finished run is not run again; one that was killed
goes on after its last finished task. Then: lifelong-vae report DIR. An option
goes to the strategies that have it.

strategies:
"""


def add_parser(name: str, commands: Any) -> None:
    specs = tuple(known.sequences())
    parser = commands.add_parser(
        name,
        help="compare strategies on a task sequence",
        description=DESCRIPTION + "\n".join(_describe(*one) for one in known.strategies().items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=_compare)
    parser.add_argument("sequence", metavar="SEQUENCE", choices=specs, help=one_of(specs))
    parser.add_argument(
        "--strategies", nargs="+", metavar="NAME", help="default: all", dest="names"
    )
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=[0, 1, 2], metavar="N", help="default: 0 1 2"
    )
    parser.add_argument("--out", required=True, metavar="DIR", help="directory of all runs")
    parser.add_argument(
        "--iwae",
        type=int,
        default=0,
        dest="importance_samples",
        metavar="S",
        help="also the importance-weighted bound with S samples and a learned prior, at the end",
    )
    parser.add_argument("--verbose", type=int, choices=(0, 1, 2), default=0, help="as in Keras")
    add_data_dir(parser)
    add_run_options(parser)


def _describe(name: str, description: str) -> str:
    text = f"{name:<15} {description}"
    return textwrap.fill(text, 78, initial_indent="  ", subsequent_indent=" " * 18)


def _compare(sequence: str, out: str, callbacks: Any, **options: Any) -> None:
    from keras_lifelong_vae.experiments import run_grid

    options["callbacks"] = callbacks_of_runs(callbacks)
    run_grid(sequence, out, **options)
    say(f"Finished; now: lifelong-vae report {out}")
