"""`lifelong-vae` and its commands."""

import argparse
import logging
import sys
from collections.abc import Sequence

from keras_lifelong_vae.cli import (
    compare_command,
    data_command,
    export_command,
    report_command,
    train_command,
)
from keras_lifelong_vae.data import DataUnavailableError
from keras_lifelong_vae.version import __version__

COMMANDS = {
    "data": data_command,
    "train": train_command,
    "compare": compare_command,
    "report": report_command,
    "export": export_command,
}

DESCRIPTION = """\
Lifelong generative modeling: one VAE learns data sets that arrive one after
another. A frozen teacher, its former self, replays what came before.

  lifelong-vae data fashion_mnist                prepare a data set
  lifelong-vae train digits-split                a first run, needs no download
  lifelong-vae train fashion-split --out run     FashionMNIST, class after class
  lifelong-vae train fashion-split --strategy naive --out naive    to compare
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs `lifelong-vae`; returns its exit status."""
    options = vars(_parser().parse_args(arguments))
    command = options.pop("command")
    logging.basicConfig(format="%(message)s")
    logging.getLogger("keras_lifelong_vae").setLevel(logging.INFO)
    try:
        command(**options)
    except (ValueError, OSError, DataUnavailableError) as error:
        print(f"lifelong-vae: error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Finished tasks are kept; --resume goes on.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "lifelong-vae",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar=" | ".join(COMMANDS), title="commands")
    for name, command in COMMANDS.items():
        command.add_parser(name, commands)
    return parser
