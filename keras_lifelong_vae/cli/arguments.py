"""Arguments that several commands share."""

import argparse
import ast
from collections.abc import Sequence
from typing import Any, NoReturn

from keras_lifelong_vae.cli.callback_argument import add_callback
from keras_lifelong_vae.cli.known import DECAYS
from keras_lifelong_vae.printable import printable


class PrintableParser(argparse.ArgumentParser):
    """One whose errors quote what was given without obeying it."""

    def error(self, message: str) -> NoReturn:
        super().error(printable(message))


def add_data_dir(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data-dir",
        metavar="DIR",
        help="where TensorFlow Datasets keeps its data (default: its own default)",
    )


def add_places(parser: argparse.ArgumentParser) -> None:
    add_data_dir(parser)
    parser.add_argument(
        "--source-dir",
        metavar="DIR",
        help="directory with the published files, to take the data from nowhere else",
    )


def add_run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tasks",
        type=int,
        dest="num_tasks",
        metavar="N",
        help="only the first N tasks, for a quick trial",
    )
    parser.add_argument(
        "--tensorboard",
        metavar="DIR",
        help="also write all terms, -ELBO of each task and samples for TensorBoard",
    )
    add_callback(parser)
    parser.add_argument(
        "--standin",
        action="store_true",
        help="take SynthDigits, which are drawn here, in the place of SVHN",
    )
    add = parser.add_argument_group("training (default: the sequence's own)").add_argument
    add("--epochs", type=int, metavar="N", help="epochs per task")
    add("--batch-size", type=int, metavar="N", help="real images in a batch")
    add("--learning-rate", type=float, metavar="RATE", help="Adam's, when a task begins")
    decay = (
        "none; cosine: down to 0 over each task; cooldown: down to 0 at the end of each task; "
        "warmup-cooldown: the same, and up at its beginning"
    )
    add("--learning-rate-decay", choices=DECAYS, metavar="NAME", help=decay)
    jit = "whether XLA compiles the training step"
    add("--jit-compile", action=argparse.BooleanOptionalAction, help=jit)
    title = "model (default: the sequence's and the strategy's own)"
    add = parser.add_argument_group(title).add_argument
    add("--latent-dim", type=int, metavar="N", help="Gaussian latent dimensions")
    add("--categories-per-task", type=int, metavar="N", help="new categories with each task")
    add("--network", metavar="NAME", help="dense, convolutional or residual")
    add("--likelihood", metavar="NAME", help="bernoulli, gaussian or discretized_logistic")
    add(
        "--set",
        nargs="+",
        action="extend",
        type=assignment,
        default=[],
        dest="settings",
        metavar="OPTION=VALUE",
        help="any other argument of the model, or an option of a part of the strategy, such as "
        "replay.ratio=3, replay.codes=prior, consistency.weight=0.5 or ewc.weight=100",
    )


def assignment(text: str) -> tuple[str, Any]:
    """An option with its value, such as `replay.ratio=3`."""
    name, equals, value = text.partition("=")
    if not (equals and value and all(part.isidentifier() for part in name.split("."))):
        raise argparse.ArgumentTypeError(
            f"must be OPTION=VALUE, such as replay.ratio=3, received {text!r}"
        )
    return name, literal(value)


def literal(text: str) -> Any:
    """The Python value that `text` writes, or `text` itself."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def one_of(names: Sequence[str]) -> str:
    return "one of " + ", ".join(names)
