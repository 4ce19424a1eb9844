"""Arguments that several commands share."""

import argparse
import ast
from collections.abc import Sequence
from typing import Any

from keras_lifelong_vae.experiments.options import DECAYS


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


def add_standin(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--standin",
        action="store_true",
        help="take SynthDigits, which are drawn here, in the place of SVHN",
    )


def add_training_options(group: Any) -> None:
    group.add_argument("--epochs", type=int, metavar="N", help="epochs per task")
    group.add_argument("--batch-size", type=int, metavar="N", help="real images in a batch")
    group.add_argument(
        "--learning-rate", type=float, metavar="RATE", help="Adam's, when a task begins"
    )
    group.add_argument(
        "--learning-rate-decay",
        choices=DECAYS,
        help="none; cosine: down to 0 over each task; cooldown: down to 0 at the end of each task",
    )
    group.add_argument(
        "--jit-compile",
        action=argparse.BooleanOptionalAction,
        help="whether XLA compiles the training step",
    )


def add_model_options(group: Any) -> None:
    group.add_argument("--latent-dim", type=int, metavar="N", help="Gaussian latent dimensions")
    group.add_argument(
        "--categories-per-task", type=int, metavar="N", help="new categories with each task"
    )
    group.add_argument("--network", metavar="NAME", help="dense or convolutional")
    group.add_argument(
        "--likelihood", metavar="NAME", help="bernoulli, gaussian or discretized_logistic"
    )
    group.add_argument(
        "--set",
        nargs="+",
        type=_setting,
        default=[],
        metavar="PART.OPTION=VALUE",
        help="options of the strategy's replay and terms, such as replay.ratio=3 "
        "consistency.weight=0.5 ewc.weight=100",
    )


def _setting(text: str) -> tuple[str, Any]:
    """A part's option by dotted name, and its value, a Python literal or a word."""
    name, equals, value = text.partition("=")
    if not equals or "." not in name:
        raise argparse.ArgumentTypeError(f"must be PART.OPTION=VALUE, received {text!r}")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def one_of(names: Sequence[str]) -> str:
    return "one of " + ", ".join(names)
