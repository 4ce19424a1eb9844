"""How long one trains until a sequence is known so well: seconds of `fit` against validation -ELBO.

    python benchmarks/time_to_quality.py --epochs 2 3 4 6 8 12 --out time_to_quality.json
    python benchmarks/time_to_quality.py --epochs 4 6 8 --set batch_size=256 learning_rate=2e-3

How well all classes are known can only be said after the last one, so every budget is a training of
its own: with all its tasks, rollovers included, but without loading data and compiling steps. One
thread. -ELBO is the mean over the validation images of all tasks; no test image is looked at.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

import keras_lifelong_vae as klv
from keras_lifelong_vae.cli.arguments import assignment
from keras_lifelong_vae.experiments.setup import prepare
from keras_lifelong_vae.optimizer_reset import reset_optimizer

LEVELS = (255.0, 250.0, 246.0)


def train(sequence: str, epochs: int, seed: int, given: dict[str, Any]) -> tuple[float, float]:
    """Seconds and final validation -ELBO in nats per image."""
    setup = prepare(sequence, "lifelong", seed, {**given, "epochs": epochs})
    model, first = setup.model, setup.stages[0].train
    before = model.get_weights()
    rollover = klv.TeacherRollover()
    model.fit(first.take(1), callbacks=[rollover], verbose=0)
    model.fit(first.take(1), verbose=0)  # both kinds of steps are compiled
    model.set_weights(before)
    reset_optimizer(model.optimizer, model.trainable_variables)
    begun = time.perf_counter()
    for stage in setup.stages:
        model.fit(stage.train, epochs=epochs, callbacks=[rollover], verbose=0)
    seconds = time.perf_counter() - begun
    logs = [model.evaluate(task.validation, verbose=0, return_dict=True) for task in setup.tasks]
    return seconds, float(np.mean([one["negative_elbo"] for one in logs]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sequence", default="fashion-split")
    parser.add_argument("--epochs", type=int, nargs="+", default=[2, 3, 4, 6, 8, 12])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--set", nargs="*", type=assignment, default=[], metavar="OPTION=VALUE")
    parser.add_argument("--out", type=Path, help="a JSON file for the figures")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    rows = []
    for epochs in options.epochs:
        for seed in options.seeds:
            seconds, bound = train(options.sequence, epochs, seed, dict(options.set))
            rows.append({"epochs": epochs, "seed": seed, "seconds": seconds, "bound": bound})
            print(f"{epochs} epochs, seed {seed}: {seconds:.0f} s, {bound:.2f} nats", flush=True)
    reached = {
        level: min((row["seconds"] for row in rows if row["bound"] <= level), default=None)
        for level in LEVELS
    }
    print(", ".join(f"{level:.0f} nats: {at and round(at)} s" for level, at in reached.items()))
    if options.out:
        found = {"options": dict(options.set), "rows": rows, "seconds_until": reached}
        options.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
