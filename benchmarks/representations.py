"""What codes tell of digits that came one after another, boundaries not announced: CURL's protocol.

    python benchmarks/representations.py --out representations.json

Images are binarised at 0.5 and arrive in batches of 100, `--steps` of each digit in order (10,000
in the paper, here 1,000 by default: a tenth). Cluster accuracy is that of argmax z_d, each category
standing for the class of which it holds most training images; 10-NN error that of ten nearest
neighbours among the codes of the training images: loc of z_c and the probabilities of z_d, or loc
alone. Both over all test images. Two threads.

Source of the protocol: Rao et al., "Continual unsupervised representation learning", NeurIPS 2019.
"""

import argparse
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from kept_results import keep, named
from sklearn.neighbors import KNeighborsClassifier

import keras_lifelong_vae as klv

EVENT_SHAPE = (28, 28, 1)
BATCH, CLASSES, NEIGHBOURS, HELD_OUT = 100, 10, 10, 5000


def binary(images: np.ndarray) -> np.ndarray:
    return (images >= 128).astype("float32")


def stream(pools: list[np.ndarray], steps: int, seed: int) -> tf.data.Dataset:
    def batches() -> Iterator[np.ndarray]:
        rng = np.random.default_rng(seed)
        for pool in pools:
            order = np.concatenate(
                [rng.permutation(len(pool)) for _ in range(1 + BATCH * steps // len(pool))]
            )
            for rows in np.split(order[: BATCH * steps], steps):
                yield pool[rows]

    spec = tf.TensorSpec((BATCH, *EVENT_SHAPE), tf.float32)
    data = tf.data.Dataset.from_generator(batches, output_signature=spec)
    return data.apply(tf.data.experimental.assert_cardinality(steps * len(pools)))


def new_model(options: argparse.Namespace, seed: int) -> klv.LifelongVAE:
    model = klv.LifelongVAE(
        EVENT_SHAPE,
        latent=klv.latents.JointLatent(
            options.latent_dim, options.categories, task_capacity=CLASSES, seed=seed
        ),
        network=klv.networks.dense(EVENT_SHAPE, seed=seed),
        seed=seed,
    )
    model.compile(keras.optimizers.Adam(1e-3))
    return model


def cluster_accuracy(train: Any, train_labels: Any, test: Any, test_labels: Any) -> float:
    counts = np.zeros((1 + int(train.max()), CLASSES))
    np.add.at(counts, (train, train_labels), 1)
    return float(np.mean(counts.argmax(1)[np.minimum(test, len(counts) - 1)] == test_labels))


def neighbour_error(train: Any, test: Any, train_labels: Any, test_labels: Any) -> float:
    nearest = KNeighborsClassifier(NEIGHBOURS).fit(train, train_labels)
    return float(1 - nearest.score(test, test_labels))


def run(options: argparse.Namespace, seed: int) -> dict[str, Any]:
    arrays = klv.data.load("mnist")
    train, labels = binary(arrays.train_images), arrays.train_labels
    test, test_labels = binary(arrays.test_images), arrays.test_labels
    if options.validate:
        test, test_labels = train[-HELD_OUT:], labels[-HELD_OUT:]
        train, labels = train[:-HELD_OUT], labels[:-HELD_OUT]
    model = new_model(options, seed)
    detector = klv.TransitionDetector()
    begun = time.perf_counter()
    pools = [train[labels == digit] for digit in range(CLASSES)]
    model.fit(stream(pools, options.steps, seed), callbacks=[detector], verbose=0)
    seconds = time.perf_counter() - begun
    known, asked = model.encode(train), model.encode(test)
    whole = [np.concatenate([code.loc, code.category_probs], axis=1) for code in (known, asked)]
    return {
        "cluster_accuracy": cluster_accuracy(known.category, labels, asked.category, test_labels),
        "neighbour_error": neighbour_error(*whole, labels, test_labels),
        "neighbour_error_of_z_c": neighbour_error(known.loc, asked.loc, labels, test_labels),
        "bound": float(model.negative_elbo(test, seed=0).mean()),
        "tasks": int(model.finished_tasks),
        "transitions": [one.batch for one in detector.transitions],
        "seconds": seconds,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=1000, help="of each digit")
    parser.add_argument("--categories", type=int, default=1, help="of each task")
    parser.add_argument("--latent-dim", type=int, default=14)
    parser.add_argument("--validate", action="store_true", help="the last 5,000 training images")
    parser.add_argument("--out", type=Path, default=Path("representations.json"))
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(2)
    cases = (
        (named(options, "seeds", "out", seed=seed), partial(run, options, seed))
        for seed in options.seeds
    )
    keep(options.out, cases)


if __name__ == "__main__":
    main()
