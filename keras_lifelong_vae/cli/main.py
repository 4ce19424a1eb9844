"""`lifelong-vae` and its commands."""

import argparse
import importlib.util
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from keras_lifelong_vae.cli import (
    compare_command,
    data_command,
    export_command,
    learn_command,
    report_command,
    train_command,
)
from keras_lifelong_vae.cli.arguments import PrintableParser
from keras_lifelong_vae.cli.quiet import load_quietly
from keras_lifelong_vae.printable import PrintableFormatter, printable
from keras_lifelong_vae.version import __version__

COMMANDS = {
    "data": data_command,
    "train": train_command,
    "compare": compare_command,
    "report": report_command,
    "export": export_command,
    "learn": learn_command,
}

INTERRUPTED = "Interrupted. What was learned is kept: the same command goes on."

TERMINATED = 128 + signal.SIGTERM  # the exit status, also of a `SequenceCheckpoint` that stops

PROGRAM = "lifelong-vae"
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
    handler = logging.StreamHandler()
    handler.setFormatter(PrintableFormatter())
    logging.basicConfig(handlers=[handler])
    logging.getLogger("keras_lifelong_vae").setLevel(logging.INFO)
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        return _run(arguments)
    except (KeyboardInterrupt, SystemExit) as stop:
        if isinstance(stop, SystemExit) and stop.code != TERMINATED:
            raise
        print(f"\n{INTERRUPTED}", file=sys.stderr)
        return 130 if isinstance(stop, KeyboardInterrupt) else TERMINATED
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        first = _with_import(PrintableParser(PROGRAM, add_help=False, allow_abbrev=False))
        modules = first.parse_known_args(arguments)[0].modules
        if modules:
            load_quietly()
        for module in modules:
            import_module(module)
        parser = build_parser()
        options = vars(parser.parse_args(arguments))
        command, settings = options.pop("command"), dict(options.pop("settings", []))
        options.pop("modules")
        for name in settings.keys() & options.keys():
            parser.error(f"argument --set: {name} must be given as an argument of its own")
        load_quietly()
        command(**options, **settings)
    except (TypeError, ValueError, OSError, ImportError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not _is_about_data(error):
            raise
        print(f"lifelong-vae: error: {printable(error)}", file=sys.stderr)
        return 1
    return 0


def _is_about_data(error: RuntimeError) -> bool:
    from keras_lifelong_vae.data import DataUnavailableError

    return isinstance(error, DataUnavailableError)


def _terminate(number: int, frame: Any) -> None:
    raise SystemExit(TERMINATED)


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands, with the sequences and strategies registered by now."""
    parser = PrintableParser(
        PROGRAM,
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar=" | ".join(COMMANDS), title="commands")
    for name, command in COMMANDS.items():
        command.add_parser(name, commands)
    for each in (parser, *commands.choices.values()):
        _with_import(each)
    return parser


def import_module(name: str) -> None:
    """Imports a file or a module, which may register strategies and task sequences."""
    path = Path(name)
    sys.path.insert(0, str(path.resolve().parent))
    if path.suffix != ".py":
        importlib.import_module(name)
        return
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)


def _with_import(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument(
        "--import",
        action="append",
        default=[],
        dest="modules",
        metavar="MODULE",
        help="import your own .py file or module first, which registers strategies or sequences",
    )
    return parser
