"""`lifelong-vae learn`: one more task for a model that is in use."""

import argparse
from typing import Any

from keras_lifelong_vae.printable import say

DESCRIPTION = """\
Load a run or a model, learn one more task, measure the old tasks and the new
one, and write the next version for servers, with a card that names all tasks.
Old tasks are measured on their test images where MODEL is a run of a sequence
whose data is here, otherwise on images that the model generates of each before
it learns the new one.

  lifelong-vae learn runs/digits photos/letters --export-to served --limit 2

The model is kept in a directory of its own, with learned.json, to learn on from.
"""


def add_parser(name: str, commands: Any) -> None:
    parser = commands.add_parser(
        name,
        help="learn one more task, measure all, publish",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=_learn)
    parser.add_argument("model", metavar="MODEL", help="directory of a run, or a .keras file")
    parser.add_argument("data", metavar="DATA", help="folder of pictures, or a .npy file")
    parser.add_argument("--task", metavar="NAME", help="of the new task (default: as DATA)")
    parser.add_argument("--out", metavar="DIR", help="for the model (default: MODEL+NAME)")
    parser.add_argument("--export-to", metavar="DIR", help="directory of all served models")
    parser.add_argument(
        "--name", default="lifelong_vae", help="of the served model (default: lifelong_vae)"
    )
    parser.add_argument(
        "--limit",
        type=float,
        metavar="NATS",
        help="publish nothing if an old task became worse by more, in nats per image",
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="default: the run's, or 10")
    parser.add_argument("--batch-size", type=int, default=128, metavar="N", help="default: 128")
    parser.add_argument("--seed", type=int, default=0, help="default: 0")
    parser.add_argument("--verbose", type=int, choices=(0, 1, 2), default=1, help="as in Keras")


def _learn(**options: Any) -> None:
    from keras_lifelong_vae.experiments import learn

    learned = learn(**options)
    say(f"-ELBO, nats per image; old tasks on {learned.measured_on}:")
    for name in learned.tasks:
        say(f"  {name}: {learned.before[name]:.2f} -> {learned.after[name]:.2f}")
    say(f"Published: {learned.published}" if learned.published else "Not published.")
