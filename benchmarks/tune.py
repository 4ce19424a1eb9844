"""Chooses an option of a strategy on validation images, never on test images.

    python benchmarks/tune.py fashion-split ewc strength 10 100 1000

Trains once for each value and prints the mean -ELBO in nats per image over the validation images
of all tasks, after the last one.
"""

import argparse
import ast
import time

import keras
import numpy as np

import keras_lifelong_vae as klv
from keras_lifelong_vae import strategies
from keras_lifelong_vae.experiments import sequences


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sequence")
    parser.add_argument("strategy")
    parser.add_argument("option")
    parser.add_argument("values", nargs="+", type=ast.literal_eval)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", nargs="*", default=[], metavar="OPTION=VALUE")
    arguments = parser.parse_args()
    others = {
        name: ast.literal_eval(value) for name, value in (s.split("=") for s in arguments.set)
    }
    for value in arguments.values:
        options = {**others, arguments.option: value}
        score(arguments.sequence, arguments.strategy, arguments.seed, options)


def score(sequence: str, strategy: str, seed: int, given: dict) -> None:
    start = time.perf_counter()
    spec, way = sequences.get(sequence), strategies.get(strategy)
    training, options = spec.options(given)
    tasks = spec.load(training.batch_size, seed)
    keras.utils.set_random_seed(seed)
    options = {"seed": seed, **options, **way.derived(tasks, options), **way.fixed}
    model = way.model(tasks.event_shape, **options)
    model.compile(training.optimizer(tasks))
    for stage in way.stages(tasks):
        model.fit(stage.train, epochs=training.epochs, callbacks=[klv.TeacherRollover()], verbose=0)
    bounds = [model.evaluate(t.validation, verbose=0, return_dict=True) for t in tasks]
    per_task = np.array([bound["negative_elbo"] for bound in bounds])
    minutes = (time.perf_counter() - start) / 60
    print(
        f"{sequence} {strategy} seed {seed} {given}: {per_task.mean():.2f}  "
        f"{per_task.round(1).tolist()}  ({minutes:.1f} min)",
        flush=True,
    )


if __name__ == "__main__":
    main()
