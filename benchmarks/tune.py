"""Chooses an option of a strategy on validation images, never on test images.

    python benchmarks/tune.py fashion-split ewc strength 10 100 1000

Trains once for each value and prints, in nats per validation image, the mean -ELBO over all tasks
after the last one, the mean right after each was learned, and how argmax z_d lines up with labels.
"""

import argparse
import ast
import time

import keras
import numpy as np

import keras_lifelong_vae as klv
from keras_lifelong_vae import strategies
from keras_lifelong_vae.experiments import sequences
from keras_lifelong_vae.metrics import mutual_information, purity


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sequence")
    parser.add_argument("strategy")
    parser.add_argument("option")
    parser.add_argument("values", nargs="+", type=ast.literal_eval)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tasks", type=int, metavar="N", help="only the first N tasks")
    parser.add_argument("--standin", action="store_true", help="SynthDigits in the place of SVHN")
    parser.add_argument("--set", nargs="*", default=[], metavar="OPTION=VALUE")
    arguments = parser.parse_args()
    others = {
        name: ast.literal_eval(value) for name, value in (s.split("=") for s in arguments.set)
    }
    for value in arguments.values:
        options = {**others, arguments.option: value}
        loading = {"num_tasks": arguments.tasks, "standin": arguments.standin}
        score(arguments.sequence, arguments.strategy, arguments.seed, options, **loading)


def score(sequence: str, strategy: str, seed: int, given: dict, **loading) -> None:
    start = time.perf_counter()
    spec, way = sequences.get(sequence), strategies.get(strategy)
    training, options = spec.options(given)
    tasks = spec.load(training.batch_size, seed, **loading)
    keras.utils.set_random_seed(seed)
    options = {"seed": seed, **options, **way.derived(tasks, options), **way.fixed}
    model = way.model(tasks.event_shape, **options)
    stages, learned = way.stages(tasks), []
    model.compile(training.optimizer(stages))
    for stage in stages:
        model.fit(stage.train, epochs=training.epochs, callbacks=[klv.TeacherRollover()], verbose=0)
        learned.append(negative_elbo(model, stage))
    found = [model.encode(task.validation).category for task in tasks]
    labels = np.concatenate([task.validation_split.labels for task in tasks])
    per_task = np.array([negative_elbo(model, task) for task in tasks])
    minutes = (time.perf_counter() - start) / 60
    print(
        f"{sequence} {strategy} seed {seed} {given}: {per_task.mean():.2f}, when "
        f"learned {np.mean(learned):.2f}  {per_task.round(1).tolist()}  "
        f"z_d: purity {purity(np.concatenate(found), labels):.2f}, "
        f"{mutual_information(np.concatenate(found), labels):.2f} nats  ({minutes:.1f} min)",
        flush=True,
    )


def negative_elbo(model: klv.LifelongVAE, task: klv.tasks.Task) -> float:
    return model.evaluate(task.validation, verbose=0, return_dict=True)["negative_elbo"]


if __name__ == "__main__":
    main()
