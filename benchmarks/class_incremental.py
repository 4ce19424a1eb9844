"""Split MNIST, which of ten digits is it: the class-incremental protocol of van de Ven et al.

    python benchmarks/class_incremental.py --out class_incremental.json

Five tasks of two digits each, 2,000 training steps of 128 images a task, boundaries told, labels of
the present task given to two categories each, no image kept. Accuracy over all test images, see
`class_incremental_accuracy`: of argmax z_d, by likelihood, of a classifier of generated images.

With `--validate` the last 5,000 training images take the place of the test images. Two threads.

Source of the protocol: van de Ven et al., "Class-incremental learning with generative classifiers",
CVPR workshops 2021.
"""

import argparse
import time
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from kept_results import keep, named

import keras_lifelong_vae as klv
from keras_lifelong_vae.experiments.class_incremental import class_incremental_accuracy

EVENT_SHAPE = (28, 28, 1)
TASKS, STEPS, BATCH, HELD_OUT = 5, 2000, 128, 5000


def new_model(options: argparse.Namespace, seed: int) -> klv.LifelongVAE:
    target = klv.terms.CategoryTarget(options.target, labelled=True)
    model = klv.LifelongVAE(
        EVENT_SHAPE,
        categories_per_task=2,
        replay=klv.Replay(ratio=options.ratio),
        terms=[klv.terms.Consistency(options.consistency), target],
        seed=seed,
    )
    model.compile(keras.optimizers.Adam(options.rate))
    return model


def learn(model: klv.LifelongVAE, images: np.ndarray, labels: np.ndarray, seed: int) -> None:
    for task in range(TASKS):
        own = labels // 2 == task
        data = tf.data.Dataset.from_tensor_slices((images[own], labels[own] % 2))
        data = data.shuffle(int(own.sum()), seed=seed).repeat().batch(BATCH).take(STEPS)
        model.fit(data, callbacks=[klv.TeacherRollover()], verbose=0)


def run(options: argparse.Namespace, seed: int) -> dict[str, Any]:
    arrays = klv.data.load("mnist")
    images, labels = (arrays.train_images / 255).astype("float32"), arrays.train_labels
    test, expected = (arrays.test_images / 255).astype("float32"), arrays.test_labels
    if options.validate:
        test, expected = images[-HELD_OUT:], labels[-HELD_OUT:]
        images, labels = images[:-HELD_OUT], labels[:-HELD_OUT]
    keras.utils.set_random_seed(seed)
    model = new_model(options, seed)
    begun = time.perf_counter()
    learn(model, images, labels, seed)
    seconds = time.perf_counter() - begun
    accuracy = class_incremental_accuracy(model, test, expected, seed)
    bound = float(model.negative_elbo(test, seed=0).mean())
    return {"accuracy": accuracy, "bound": bound, "seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(10)))
    parser.add_argument("--target", type=float, default=1.0, help="weight of the category target")
    parser.add_argument("--consistency", type=float, default=1.0, help="weight")
    parser.add_argument("--ratio", type=int, default=2, help="replayed to real images")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--validate", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("class_incremental.json"))
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(2)
    cases = (
        (named(options, "seeds", "out", seed=seed), partial(run, options, seed))
        for seed in options.seeds
    )
    keep(options.out, cases)


if __name__ == "__main__":
    main()
