"""`lifelong-vae` and its commands."""

import argparse
import importlib
import importlib.util
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

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
    modules, rest = _importing().parse_known_args(arguments)
    try:
        for module in modules.modules:
            _import(module)
    except (ImportError, OSError) as error:
        print(f"lifelong-vae: error: --import {module}: {error}", file=sys.stderr)
        return 1
    options = vars(build_parser().parse_args(rest))
    command = options.pop("command")
    options.pop("modules")
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


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands, with the strategies and sequences that are registered by now."""
    parser = argparse.ArgumentParser(
        "lifelong-vae",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_importing()],
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar=" | ".join(COMMANDS), title="commands")
    for name, command in COMMANDS.items():
        command.add_parser(name, commands)
    return parser


def _importing() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument(
        "--import",
        action="append",
        default=[],
        dest="modules",
        metavar="MODULE",
        help="Python file or module that registers your own strategies, sequences or layers",
    )
    return parser


def _import(module: str) -> None:
    """Imports a module by its name, or a file by its path."""
    if not module.endswith(".py"):
        importlib.import_module(module)
        return
    path = Path(module)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError("not a Python file")
    own = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = own
    spec.loader.exec_module(own)
