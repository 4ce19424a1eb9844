"""The command line: parses and calls."""

import argparse
import logging
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from keras_lifelong_vae import data
from keras_lifelong_vae.experiments import sequences, strategies, train_sequence
from keras_lifelong_vae.experiments.data_summary import summarize
from keras_lifelong_vae.experiments.options import DECAYS
from keras_lifelong_vae.models.objective import CATEGORY_PRIORS
from keras_lifelong_vae.models.replay import MODES
from keras_lifelong_vae.objectives import information
from keras_lifelong_vae.version import __version__

DESCRIPTION = """\
Lifelong generative modeling: one VAE learns data sets that arrive one after
another. A frozen teacher, its former self, replays what came before.

  lifelong-vae data fashion_mnist                prepare a data set
  lifelong-vae train digits-split                a first run, needs no download
  lifelong-vae train fashion-split --out run     FashionMNIST, class after class
  lifelong-vae train fashion-split --strategy naive --out naive    to compare
"""

TRAIN_DESCRIPTION = """\
Train a VAE through a task sequence. After every task -ELBO is measured on the
test images of all tasks, in nats per image (lower is better), and written with
the model and pictures to the output directory:

  results.json            figures, options used, versions
  model.keras             the model, to continue with or to generate
  samples-NN.png          generated after task NN
  reconstructions-NN.png  test images of all tasks seen so far, reconstructed
  negative-elbo.png       each task's -ELBO over time

sequences:
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs `lifelong-vae`; returns its exit status."""
    options = vars(_parser().parse_args(arguments))
    command = options.pop("command")
    logging.basicConfig(format="%(message)s")
    logging.getLogger("keras_lifelong_vae").setLevel(logging.INFO)
    try:
        command(**options)
    except (ValueError, OSError, data.DataUnavailableError) as error:
        print(f"lifelong-vae: error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Finished tasks are kept; --resume goes on.", file=sys.stderr)
        return 130
    return 0


def _prepare(name: str, data_dir: str | None, source_dir: str | None) -> None:
    images = data.load(name, data_dir, source_dir)
    print(summarize(images, data.location(name, data_dir)))


def _train(sequence: str, strategy: str, seed: int, out: str | None, **options: Any) -> None:
    out = out or f"runs/{sequence}-{strategy}-{seed}"
    results = train_sequence(sequence, out, strategy, seed, **options)
    print(f"mean -ELBO over all test images: {results.mean_negative_elbo:.2f} nats; see {out}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "lifelong-vae",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="data | train", title="commands")
    _add_data(commands)
    _add_train(commands)
    return parser


def _add_data(commands: Any) -> None:
    parser = commands.add_parser(
        "data",
        help="prepare a data set",
        description="Prepare a data set where TensorFlow Datasets keeps its own, from wherever it "
        "can be had, and say where it came from and what it holds.",
    )
    parser.set_defaults(command=_prepare)
    parser.add_argument("name", metavar="NAME", choices=data.names(), help=_one_of(data.names()))
    _add_places(parser)


def _add_train(commands: Any) -> None:
    specs = sequences.SEQUENCES
    parser = commands.add_parser(
        "train",
        help="train through a task sequence",
        description=TRAIN_DESCRIPTION + "\n".join(map(_describe, specs.items())),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=_train)
    parser.add_argument(
        "sequence", metavar="SEQUENCE", choices=tuple(specs), help=_one_of(tuple(specs))
    )
    _add_run_options(parser)
    _add_training_options(parser.add_argument_group("training (default: the sequence's own)"))
    _add_model_options(parser.add_argument_group("model (default: the sequence's own)"))


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    names = tuple(strategies.STRATEGIES)
    parser.add_argument(
        "--strategy",
        default="lifelong",
        choices=names,
        help="lifelong, or naive: the same model without replay (default: lifelong)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of everything random (default: 0)")
    parser.add_argument(
        "--out", metavar="DIR", help="output directory (default: runs/SEQUENCE-STRATEGY-SEED)"
    )
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument(
        "--overwrite", action="store_true", help="replace the results that DIR holds"
    )
    existing.add_argument(
        "--resume",
        action="store_true",
        help="continue after the last finished task that DIR holds, with the same options",
    )
    parser.add_argument(
        "--tasks",
        type=int,
        dest="num_tasks",
        metavar="N",
        help="only the first N tasks, for a quick trial",
    )
    parser.add_argument(
        "--verbose",
        type=int,
        choices=(0, 1, 2),
        default=1,
        help="as in Keras: 0 only a line per task, 1 progress bars, 2 a line per epoch "
        "(default: 1)",
    )
    _add_places(parser)


def _add_places(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data-dir",
        metavar="DIR",
        help="where TensorFlow Datasets keeps its data (default: its own default)",
    )
    parser.add_argument(
        "--source-dir",
        metavar="DIR",
        help="directory with the published files, to take the data from nowhere else",
    )


def _add_training_options(group: Any) -> None:
    group.add_argument("--epochs", type=int, metavar="N", help="epochs per task")
    group.add_argument("--batch-size", type=int, metavar="N", help="real images in a batch")
    group.add_argument(
        "--learning-rate", type=float, metavar="RATE", help="Adam's, when a task begins"
    )
    group.add_argument(
        "--learning-rate-decay",
        choices=DECAYS,
        help="none, or cosine: down to 0 over each task",
    )
    group.add_argument(
        "--jit-compile",
        action=argparse.BooleanOptionalAction,
        help="whether XLA compiles the training step",
    )


def _add_model_options(group: Any) -> None:
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
        "--consistency-weight",
        type=float,
        metavar="WEIGHT",
        help="of KL(teacher || student) of the latents of replayed images",
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
        help=_one_of(tuple(information.ESTIMATORS)),
    )


def _describe(entry: tuple[str, sequences.SequenceSpec]) -> str:
    name, spec = entry
    options = {**asdict(spec.training), **spec.model}
    defaults = ", ".join(f"{option} {value}" for option, value in options.items())
    return f"  {name:<15} {spec.description}" + textwrap.fill(
        defaults, 78, initial_indent="\n" + " " * 18, subsequent_indent=" " * 18
    )


def _one_of(names: Sequence[str]) -> str:
    return "one of " + ", ".join(names)
