"""Arguments that several commands share."""

import argparse
from collections.abc import Sequence
from typing import Any

from keras_lifelong_vae.experiments.options import DECAYS
from keras_lifelong_vae.models.objective import CATEGORY_PRIORS, RECONSTRUCTIONS
from keras_lifelong_vae.models.replay import CODES, MODES
from keras_lifelong_vae.objectives import information


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
    group.add_argument(
        "--category-prior",
        choices=CATEGORY_PRIORS,
        help="of a real image's category: its task's own ones, or uniform over all so far",
    )
    group.add_argument("--network", metavar="NAME", help="dense or convolutional")
    group.add_argument(
        "--likelihood", metavar="NAME", help="bernoulli, gaussian or discretized_logistic"
    )
    _add_replay_options(group)
    group.add_argument(
        "--consistency-weight",
        type=float,
        metavar="WEIGHT",
        help="of KL(teacher || student) of the latents of replayed images",
    )
    group.add_argument(
        "--category-target-weight",
        type=float,
        metavar="WEIGHT",
        help="of finding again the category a replayed image had, or one of a real image's task",
    )
    group.add_argument(
        "--information-weight",
        type=float,
        metavar="WEIGHT",
        help="of the information that the Gaussian latent carries about the reconstruction",
    )
    group.add_argument(
        "--information-estimator",
        choices=tuple(information.ESTIMATORS),
        metavar="NAME",
        help=one_of(tuple(information.ESTIMATORS)),
    )


def _add_replay_options(group: Any) -> None:
    group.add_argument(
        "--replay",
        choices=MODES,
        help="on_top of the real batch, or in_batch in place of some of it, which is faster",
    )
    group.add_argument(
        "--replay-ratio", type=int, metavar="N", help="images replayed on top of each real one"
    )
    group.add_argument(
        "--replay-share",
        type=float,
        metavar="SHARE",
        help="of replay in the loss, in [0, 1) (default: k / (k + 1) after k tasks)",
    )
    group.add_argument(
        "--replay-codes",
        choices=CODES,
        help="where the teacher's z come from: what is known of each task's codes, or the prior",
    )
    group.add_argument(
        "--replay-reconstruction",
        choices=RECONSTRUCTIONS,
        help="of a replayed image: crossed, by the student from the teacher's z and by the "
        "teacher from the student's; or by the student from its own",
    )


def one_of(names: Sequence[str]) -> str:
    return "one of " + ", ".join(names)
