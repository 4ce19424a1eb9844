"""`lifelong-vae train`: one run through a task sequence."""

import argparse
import textwrap
from typing import Any

from keras_lifelong_vae.cli import known
from keras_lifelong_vae.cli.arguments import add_places, add_run_options, one_of
from keras_lifelong_vae.cli.callback_argument import callbacks_of_runs
from keras_lifelong_vae.printable import say

DESCRIPTION = """\
Train a VAE through a task sequence. After every task -ELBO is measured on the
test images of all tasks, in nats per image (lower is better), and written with
the model and pictures to the output directory:

  results.json            figures, options used, versions
  model.keras             the model, to continue with or to generate
  samples-NN.png          generated after task NN
  reconstructions-NN.png  test images of all tasks seen so far, reconstructed
  negative-elbo.png       each task's -ELBO over time

A run that was killed goes on when the same command is given again.

sequences:
"""


def add_parser(name: str, commands: Any) -> None:
    specs, ways = known.sequences(), tuple(known.strategies())
    parser = commands.add_parser(
        name,
        help="train through a task sequence",
        description=DESCRIPTION + "\n".join(_describe(name, *spec) for name, spec in specs.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=_train)
    parser.add_argument(
        "sequence", metavar="SEQUENCE", choices=tuple(specs), help=one_of(tuple(specs))
    )
    parser.add_argument(
        "--strategy",
        default="lifelong",
        choices=ways,
        metavar="NAME",
        help=f"{one_of(ways)} (default: lifelong)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of everything random (default: 0)")
    parser.add_argument(
        "--out", metavar="DIR", help="output directory (default: runs/SEQUENCE-STRATEGY-SEED)"
    )
    parser.add_argument(
        "--save-freq",
        type=_save_freq,
        default=known.SAVE_FREQ,
        metavar="STEPS",
        help=f"training steps between two checkpoints, or epoch (default: {known.SAVE_FREQ})",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the run that DIR holds")
    parser.add_argument(
        "--verbose",
        type=int,
        choices=(0, 1, 2),
        default=1,
        help="as in Keras: 0 only a line per task, 1 progress bars, 2 a line per epoch "
        "(default: 1)",
    )
    add_places(parser)
    add_run_options(parser)


def _save_freq(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def _describe(name: str, description: str, defaults: str) -> str:
    indent = " " * 18
    lines = textwrap.fill(defaults, 78, initial_indent=indent, subsequent_indent=indent)
    return f"  {name:<15} {description}\n{lines}"


def _train(
    sequence: str, strategy: str, seed: int, out: str | None, callbacks: Any, **options: Any
) -> None:
    from keras_lifelong_vae.experiments import train_sequence

    out = out or f"runs/{sequence}-{strategy}-{seed}"
    options["callbacks"] = callbacks_of_runs(callbacks)
    results = train_sequence(sequence, out, strategy, seed, **options)
    say(f"mean -ELBO over all test images: {results.mean_negative_elbo:.2f} nats; see {out}")
