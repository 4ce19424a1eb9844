"""Split MNIST in one pass, boundaries not announced: CN-DPM's protocol.

    python benchmarks/one_pass.py --out one_pass.json

Digits 0-1, 2-3, 4-5, 6-7, 8-9, one epoch of all training images, pixels drawn Bernoulli(grey).
They arrive in batches of 10, are gathered to blocks of `--gather` images (the paper's short-term
memory holds 500), learned in `--passes` passes over the block, and are gone. -ELBO is the mean of
16 draws of z over all test images, drawn likewise, in bits per dimension: nats / 784 / ln 2.
Accuracy is that of argmax z_d, each category standing for the class of which it holds most training
images. With `--validate` the last 5,000 training images take the place of the test images: for
choosing options. Two threads.

Source of the protocol: Lee et al., "A neural Dirichlet process mixture model for task-free
continual learning", ICLR 2020.
"""

import argparse
import time
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from kept_results import keep, named

import keras_lifelong_vae as klv

EVENT_SHAPE = (28, 28, 1)
TASKS, ARRIVING, DRAWS, HELD_OUT = 5, 10, 16, 5000
BITS = 1 / 784 / np.log(2)  # of a nat, per dimension


class Data(NamedTuple):
    """Grey levels in [0, 1], `(n, 28, 28, 1)`, and labels."""

    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray


def load(validate: bool) -> Data:
    arrays = klv.data.load("mnist")
    train, labels = (arrays.train_images / 255).astype("float32"), arrays.train_labels
    if validate:
        return Data(train[:-HELD_OUT], labels[:-HELD_OUT], train[-HELD_OUT:], labels[-HELD_OUT:])
    return Data(train, labels, (arrays.test_images / 255).astype("float32"), arrays.test_labels)


def drawn(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return (rng.random(grey.shape, "float32") < grey).astype("float32")


def tasks_of(data: Data, rng: np.random.Generator) -> list[np.ndarray]:
    members = [np.flatnonzero(data.train_labels // 2 == task) for task in range(TASKS)]
    return [drawn(data.train[rng.permutation(rows)], rng) for rows in members]


def new_model(options: argparse.Namespace, seed: int) -> klv.LifelongVAE:
    model = klv.LifelongVAE(
        EVENT_SHAPE,
        latent=klv.latents.JointLatent(
            options.latent_dim, options.categories, task_capacity=2 * TASKS, seed=seed
        ),
        network=klv.networks.dense(EVENT_SHAPE, (options.units,) * 2, seed=seed),
        replay=klv.Replay(ratio=options.ratio),
        seed=seed,
    )
    model.compile(keras.optimizers.Adam(options.rate))
    return model


def batches(images: np.ndarray, options: argparse.Namespace) -> tf.data.Dataset:
    arriving = tf.data.Dataset.from_tensor_slices(images).batch(ARRIVING)
    return arriving.apply(
        klv.tasks.in_blocks(options.gather, options.passes, options.batch, seed=0)
    )


def train(
    model: klv.LifelongVAE, tasks: list[np.ndarray], options: argparse.Namespace, told: bool
) -> None:
    if told:
        for images in tasks:
            data = batches(images, options)
            model.fit(data, callbacks=[klv.TeacherRollover()], verbose=0)
    else:
        data = batches(np.concatenate(tasks), options)
        model.fit(data, callbacks=[klv.TransitionDetector()], verbose=0)


def bound(model: klv.LifelongVAE, images: np.ndarray) -> float:
    """Bits per dimension."""
    return float(
        BITS * np.mean([model.negative_elbo(images, seed=seed).mean() for seed in range(DRAWS)])
    )


def accuracy(model: klv.LifelongVAE, data: Data, rng: np.random.Generator) -> float:
    def category(grey: np.ndarray) -> np.ndarray:
        return model.encode(drawn(grey, rng)).category

    counts = np.zeros((model.student.latent.capacity, 10))
    np.add.at(counts, (category(data.train), data.train_labels), 1)
    return float(np.mean(counts.argmax(1)[category(data.test)] == data.test_labels))


def run(options: argparse.Namespace, seed: int, told: bool) -> dict[str, Any]:
    data, rng = load(options.validate), np.random.default_rng(seed)
    model = new_model(options, seed)
    begun = time.perf_counter()
    train(model, tasks_of(data, rng), options, told)
    seconds = time.perf_counter() - begun
    test = drawn(data.test, rng)
    own = [test[data.test_labels // 2 == task] for task in range(TASKS)]
    return {
        "bits": bound(model, test),
        "of_each_task": [bound(model, images) for images in own],
        "accuracy": accuracy(model, data, rng),
        "tasks": int(model.finished_tasks),
        "seconds": seconds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--told", choices=("both", "yes", "no"), default="both")
    parser.add_argument("--gather", type=int, default=500, help="images of a block")
    parser.add_argument("--passes", type=int, default=5, help="over each block")
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--ratio", type=int, default=2, help="replayed to real images")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--units", type=int, default=512)
    parser.add_argument("--latent-dim", type=int, default=24)
    parser.add_argument("--categories", type=int, default=2, help="of each task")
    parser.add_argument("--validate", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("one_pass.json"))
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(2)
    told = {"both": (True, False), "yes": (True,), "no": (False,)}[options.told]
    keep(
        options.out,
        (
            (
                named(options, "seeds", "told", "out", seed=seed, told=is_told),
                partial(run, options, seed, is_told),
            )
            for seed in options.seeds
            for is_told in told
        ),
    )


if __name__ == "__main__":
    main()
