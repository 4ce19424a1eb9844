"""Mixed precision beside float32: what three tasks end at, and how long a step takes.

    python benchmarks/precision.py --out precision.json

The first three classes of FashionMNIST, some 2,000 images of each, one after another, with the same
seed and options; -ELBO is the mean over their validation images, measured in float32 with the
weights that were learned. Steps are timed in turn, and medians are given. One thread.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import keras_lifelong_vae as klv

POLICIES = ("float32", "mixed_float16", "mixed_bfloat16")
CLASSES = (0, 1, 2)
IMAGES = 20_000  # of all ten classes


def new_model(policy: str, event_shape: tuple[int, ...]) -> klv.LifelongVAE:
    keras.config.set_dtype_policy(policy)
    try:
        model = klv.LifelongVAE(event_shape, seed=0)
        model.compile(keras.optimizers.Adam(1e-3))
    finally:
        keras.config.set_dtype_policy("float32")
    return model


def learned(policy: str, tasks: klv.tasks.TaskSequence, epochs: int) -> klv.LifelongVAE:
    model = new_model(policy, tasks.event_shape)
    for task in tasks:
        model.fit(task.train, epochs=epochs, callbacks=[klv.TeacherRollover()], verbose=0)
    return model


def bound(model: klv.LifelongVAE, tasks: klv.tasks.TaskSequence) -> float:
    """Nats per image, by a float32 model of the same weights."""
    plain = new_model("float32", tasks.event_shape)
    for own, other in zip(plain.student.weights, model.student.weights, strict=True):
        own.assign(other)
    return float(np.mean([plain.negative_elbo(task.validation, seed=0).mean() for task in tasks]))


def step_times(models: dict[str, klv.LifelongVAE], rounds: int) -> dict[str, float]:
    """Milliseconds a step with a teacher, batch 128."""
    images = np.random.default_rng(0).random((128 * 20, 28, 28, 1), "float32")
    found: dict[str, list[float]] = {name: [] for name in models}
    for number in range(rounds + 1):
        for name, model in models.items():
            begun = time.perf_counter()
            model.fit(images, batch_size=128, verbose=0)
            if number:  # the first one compiles
                found[name].append(1000 * (time.perf_counter() - begun) / 20)
    return {name: statistics.median(times) for name, times in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--policies", nargs="+", choices=POLICIES, default=POLICIES)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    some = klv.data.load("fashion_mnist").few(IMAGES, 5000)
    tasks = klv.tasks.split_by_class(some, batch_size=128, classes=CLASSES)
    models = {policy: learned(policy, tasks, options.epochs) for policy in options.policies}
    bounds = {policy: bound(model, tasks) for policy, model in models.items()}
    times = step_times(models, options.rounds)
    for policy in options.policies:
        off = bounds[policy] / bounds[options.policies[0]] - 1
        print(f"{policy}: {bounds[policy]:.2f} nats ({off:+.2%}), {times[policy]:.1f} ms a step")
    if options.out:
        options.out.write_text(json.dumps({"bounds": bounds, "ms": times}, indent=1) + "\n")


if __name__ == "__main__":
    main()
