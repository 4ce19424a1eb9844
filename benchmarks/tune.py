"""Chooses an option of a strategy on validation images, never on test images.

    python benchmarks/tune.py fashion-split ewc ewc.weight 10 100 1000

Trains once for each value and prints, in nats per validation image, the mean -ELBO over all tasks
after the last one, the mean right after each was learned, and how argmax z_d lines up with labels.
"""

import argparse
import time
from typing import Any

import numpy as np

import keras_lifelong_vae as klv
from keras_lifelong_vae.cli.arguments import assignment, literal
from keras_lifelong_vae.experiments.setup import prepare
from keras_lifelong_vae.metrics import mutual_information, purity


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sequence")
    parser.add_argument("strategy")
    parser.add_argument("option")
    parser.add_argument("values", nargs="+", type=literal)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tasks", type=int, metavar="N", help="only the first N tasks")
    parser.add_argument("--standin", action="store_true", help="SynthDigits in the place of SVHN")
    parser.add_argument("--set", nargs="*", type=assignment, default=[], metavar="OPTION=VALUE")
    arguments = parser.parse_args()
    for value in arguments.values:
        options = {**dict(arguments.set), arguments.option: value}
        loading = {"num_tasks": arguments.tasks, "standin": arguments.standin}
        score(arguments.sequence, arguments.strategy, arguments.seed, options, **loading)


def score(sequence: str, strategy: str, seed: int, given: dict[str, Any], **loading: Any) -> None:
    start = time.perf_counter()
    setup = prepare(sequence, strategy, seed, given, **loading)
    model, tasks, epochs, learned = setup.model, setup.tasks, setup.results.epochs, []
    for stage in setup.stages:
        model.fit(stage.train, epochs=epochs, callbacks=[klv.TeacherRollover()], verbose=0)
        learned.append(negative_elbo(model, stage))
    per_task = np.array([negative_elbo(model, task) for task in tasks])
    line = (
        f"{sequence} {strategy} seed {seed} {given}: {per_task.mean():.2f}, when "
        f"learned {np.mean(learned):.2f}  {per_task.round(1).tolist()}"
    )
    if model.has_categories:
        found = np.concatenate([model.encode(task.validation).category for task in tasks])
        labels = np.concatenate([task.validation_split.labels for task in tasks])
        line += f"  z_d: purity {purity(found, labels):.2f}, "
        line += f"{mutual_information(found, labels):.2f} nats"
    print(f"{line}  ({(time.perf_counter() - start) / 60:.1f} min)", flush=True)


def negative_elbo(model: klv.LifelongVAE, task: klv.tasks.Task) -> float:
    return model.evaluate(task.validation, verbose=0, return_dict=True)["negative_elbo"]


if __name__ == "__main__":
    main()
