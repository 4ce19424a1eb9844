"""`lifelong-vae train`: one run through a task sequence."""

import argparse
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from keras_lifelong_vae import strategies
from keras_lifelong_vae.cli.arguments import (
    add_model_options,
    add_places,
    add_standin,
    add_training_options,
    one_of,
)
from keras_lifelong_vae.experiments import sequences, train_sequence

DESCRIPTION = """\
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


def add_parser(name: str, commands: Any) -> None:
    specs = sequences.SEQUENCES
    parser = commands.add_parser(
        name,
        help="train through a task sequence",
        description=DESCRIPTION + "\n".join(map(_describe, specs.items())),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=_train)
    parser.add_argument(
        "sequence", metavar="SEQUENCE", choices=tuple(specs), help=one_of(tuple(specs))
    )
    _add_run_options(parser)
    add_training_options(parser.add_argument_group("training (default: the sequence's own)"))
    add_model_options(parser.add_argument_group("model (default: the sequence's own)"))


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    names = strategies.names()
    parser.add_argument(
        "--strategy",
        default="lifelong",
        choices=names,
        metavar="NAME",
        help=f"{one_of(names)} (default: lifelong)",
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
    add_standin(parser)
    add_places(parser)


def _describe(entry: tuple[str, sequences.SequenceSpec]) -> str:
    name, spec = entry
    options = {**asdict(spec.training), **spec.model}
    defaults = ", ".join(f"{option} {value}" for option, value in options.items())
    return f"  {name:<15} {spec.description}" + textwrap.fill(
        defaults, 78, initial_indent="\n" + " " * 18, subsequent_indent=" " * 18
    )


def _train(
    sequence: str,
    strategy: str,
    seed: int,
    out: str | None,
    set: Sequence[tuple[str, Any]],
    **options: Any,
) -> None:
    out = out or f"runs/{sequence}-{strategy}-{seed}"
    results = train_sequence(sequence, out, strategy, seed, **options, **dict(set))
    print(f"mean -ELBO over all test images: {results.mean_negative_elbo:.2f} nats; see {out}")
