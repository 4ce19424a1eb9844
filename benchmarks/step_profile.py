"""Where the time of a first task's training step goes: each part by itself, milliseconds.

    python benchmarks/step_profile.py --batch 128

Dense 784-512-512, one thread; medians of interleaved windows. Parts that TensorFlow compiles in one
graph overlap a little, so that they do not add up to the whole.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from functools import partial

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

import keras_lifelong_vae as klv
from keras_lifelong_vae import training_step
from keras_lifelong_vae.novelty import image_statistics

STEPS, ROUNDS = 64, 5


def parts(batch: int) -> dict[str, Callable[[], None]]:
    """Each does `STEPS` times what its name says."""
    images = np.random.default_rng(0).random((STEPS * batch, 28, 28, 1), "float32")
    task = klv.tasks.from_arrays({"noise": images}, batch, validation_share=0.0)[0]
    model = klv.LifelongVAE((28, 28, 1), seed=0)
    model.compile(keras.optimizers.Adam(1e-3))
    model.fit(task.train, verbose=0)
    one, seed = tf.constant(images[:batch]), tf.constant([1, 2])
    graph, xla = partial(tf.function, autograph=False), partial(tf.function, jit_compile=True)
    look = graph(partial(training_step.look, model))
    looked = look(one, seed)

    def update(gradients: list[tf.Tensor]) -> None:
        model.optimizer.apply(gradients, model.trainable_variables)

    judge = graph(lambda: model.guard.judge(looked.finding, looked.gradients))
    posterior, log_prob = model.student.posterior(one), tf.zeros((batch,))
    statistics = graph(partial(image_statistics, model.likelihood, one, posterior, log_prob))
    batches = iter(tf.data.Dataset.from_tensors(one).repeat())
    calls = {
        "loss and gradients": partial(look, one, seed),
        "of that statistics of novelty": statistics,
        "loss and gradients, XLA": partial(xla(partial(training_step.look, model)), one, seed),
        "check of the images": graph(lambda: model.guard.admits(one, model.likelihood)),
        "check of loss and gradients": judge,
        "update, codes and means, XLA": partial(xla(partial(training_step.apply, model)), looked),
        "of that Adam, XLA": partial(xla(update), looked.gradients),
        "Adam, no XLA": partial(graph(update), looked.gradients),
        "whole step": partial(model.train_function, batches),
    }
    found = {name: partial(repeat, call) for name, call in calls.items()}
    return {**found, "fit": lambda: model.fit(task.train, verbose=0)}


def repeat(call: Callable[[], object]) -> None:
    for _ in range(STEPS):
        call()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=128)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    found = parts(options.batch)
    seconds: dict[str, list[float]] = {name: [] for name in found}
    for number in range(ROUNDS + 1):
        for name, part in found.items():
            begun = time.perf_counter()
            part()
            if number:  # the first round compiles
                seconds[name].append(time.perf_counter() - begun)
    for name, values in seconds.items():
        print(f"{name:30} {statistics.median(values) / STEPS * 1e3:6.2f} ms")


if __name__ == "__main__":
    main()
