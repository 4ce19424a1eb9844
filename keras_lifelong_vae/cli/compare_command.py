"""`lifelong-vae compare`: strategies side by side, over several seeds."""

import argparse
import textwrap
from collections.abc import Sequence
from typing import Any

from keras_lifelong_vae import strategies
from keras_lifelong_vae.cli.arguments import (
    add_data_dir,
    add_model_options,
    add_standin,
    add_training_options,
    one_of,
)
from keras_lifelong_vae.experiments import run_grid, sequences

DESCRIPTION = """\
Run strategies through one task sequence, each with several seeds, and measure
them after every task. A finished run is not run again; one that was killed
goes on after its last finished task. Then: lifelong-vae report DIR.
"""


def add_parser(name: str, commands: Any) -> None:
    known, specs = strategies.names(), tuple(sequences.SEQUENCES)
    parser = commands.add_parser(
        name,
        help="compare strategies on a task sequence",
        description=DESCRIPTION + "\nstrategies:\n" + "\n".join(map(_describe, known)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=_compare)
    parser.add_argument("sequence", metavar="SEQUENCE", choices=specs, help=one_of(specs))
    parser.add_argument(
        "--strategies", nargs="+", metavar="NAME", default=known, help="default: all", dest="names"
    )
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=[0, 1, 2], metavar="N", help="default: 0 1 2"
    )
    parser.add_argument("--out", required=True, metavar="DIR", help="directory of all runs")
    parser.add_argument(
        "--tasks", type=int, dest="num_tasks", metavar="N", help="only the first N tasks"
    )
    parser.add_argument(
        "--iwae",
        type=int,
        default=0,
        dest="importance_samples",
        metavar="S",
        help="also the importance-weighted bound with S samples, at the end",
    )
    parser.add_argument("--verbose", type=int, choices=(0, 1, 2), default=0, help="as in Keras")
    add_standin(parser)
    add_data_dir(parser)
    add_training_options(parser.add_argument_group("training (default: the sequence's own)"))
    add_model_options(parser.add_argument_group("model (default: the sequence's own)"))


def _describe(name: str) -> str:
    return textwrap.fill(
        strategies.get(name).description,
        78,
        initial_indent=f"  {name:<15} ",
        subsequent_indent=" " * 18,
    )


def _compare(sequence: str, out: str, set: Sequence[tuple[str, Any]], **options: Any) -> None:
    run_grid(sequence, out, **options, **dict(set))
    print(f"Finished; now: lifelong-vae report {out}")
