"""What the help names, by itself: to ask those who know would load TensorFlow first.

A test holds it against them. What a module of `--import` registers is asked for when it has been.
"""

import sys
from dataclasses import asdict
from typing import Any

DATA_SETS = ("fashion_mnist", "mnist", "svhn_cropped", "digits", "synth_digits")
# The description of each sequence, and the options it is trained with by default.
SEQUENCES = {
    "fashion-split": (
        "FashionMNIST, one class at a time: 10 tasks",
        "epochs 10, batch_size 64, learning_rate 0.002, learning_rate_decay warmup-cooldown, "
        "latent_dim 14",
    ),
    "mnist-split": (
        "MNIST, one digit at a time: 10 tasks",
        "epochs 10, batch_size 128, learning_rate 0.001, latent_dim 14",
    ),
    "mnist-permuted": (
        "MNIST, then with its pixels permuted: 5 tasks, or any number",
        "epochs 5, batch_size 128, learning_rate 0.001, learning_rate_decay cooldown, "
        "latent_dim 32",
    ),
    "fashion-mnist-split": (
        "FashionMNIST, then MNIST, one class at a time: 20 tasks",
        "epochs 3, batch_size 64, learning_rate 0.002, learning_rate_decay warmup-cooldown, "
        "latent_dim 14",
    ),
    "fashion-to-mnist": (
        "FashionMNIST, then MNIST",
        "epochs 5, batch_size 128, learning_rate 0.001, latent_dim 32, network dense",
    ),
    "mnist-to-fashion": (
        "MNIST, then FashionMNIST",
        "epochs 5, batch_size 128, learning_rate 0.001, latent_dim 32, network dense",
    ),
    "mnist-to-svhn": (
        "MNIST, then SVHN, 32x32x3",
        "epochs 2, batch_size 128, learning_rate 0.001, latent_dim 32, network convolutional",
    ),
    "svhn-to-mnist": (
        "SVHN, then MNIST, 32x32x3",
        "epochs 2, batch_size 128, learning_rate 0.001, latent_dim 32, network convolutional",
    ),
    "digits-split": (
        "scikit-learn's 8x8 digits, one at a time: 10 tasks",
        "epochs 40, batch_size 32, learning_rate 0.001, latent_dim 8",
    ),
}
STRATEGIES = {
    "naive": "goes on with each task, no defence",
    "ewc": "elastic weight consolidation: holds the weights that earlier tasks need",
    "lwf": "learning without forgetting: keeps the teacher's answers on new data",
    "vcl": "variational continual learning: the posterior of the weights is the next prior",
    "progressive": "progressive networks: a new column for each task reads the frozen earlier ones",
    "article": "the article's choices: the teacher's z from the prior, each image replaced with "
    "probability pi, consistency KL, information restriction",
    "lifelong": "a frozen teacher replays, and the student stays consistent with it",
    "no-consistency": "lifelong without the consistency KL",
    "cumulative": "all data so far with each task",
    "full-batch": "all tasks at once: the upper bound",
}
DECAYS = ("none", "cosine", "cooldown", "warmup-cooldown")
SAVE_FREQ = 1000


def sequences() -> dict[str, tuple[str, str]]:
    """Description and default options of every sequence."""
    found = dict(SEQUENCES)
    if there := _loaded("experiments.sequences"):
        for name in there.names()[len(found) :]:
            found[name] = described(there.get(name))
    return found


def strategies() -> dict[str, str]:
    """The description of every strategy."""
    found = dict(STRATEGIES)
    if there := _loaded("strategies"):
        found |= {name: there.get(name).description for name in there.names()[len(found) :]}
    return found


def described(spec: Any) -> tuple[str, str]:
    """A `SequenceSpec` as in `SEQUENCES`."""
    options = {**asdict(spec.training), **spec.model}
    chosen = {name: value for name, value in options.items() if value not in ("none", "auto")}
    return spec.description, ", ".join(f"{name} {value}" for name, value in chosen.items())


def _loaded(module: str) -> Any:
    return sys.modules.get(f"keras_lifelong_vae.{module}")
