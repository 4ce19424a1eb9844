"""Does the consistency KL speed up learning, as the article says? Under the article's own settings.

    python benchmarks/consistency.py --seeds 0 1 --out consistency.json

The strategy `article` (or `--strategy`) on the first classes of fashion-split, with the weight
gamma of the KL 1 and 0, the same seeds, data and initial weights. Printed, in nats per validation
image: -ELBO of the class being learned after each epoch, and of all classes after the last one.

Source of the claim: "Lifelong Generative Modeling", arXiv 1705.09847, section "Experiments".
"""

import argparse
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from kept_results import keep, named

import keras_lifelong_vae as klv
from keras_lifelong_vae.experiments.setup import prepare


def run(options: argparse.Namespace, seed: int, gamma: float) -> dict[str, Any]:
    given = {"consistency.weight": gamma}
    setup = prepare("fashion-split", options.strategy, seed, given, num_tasks=options.tasks)
    model, curves = setup.model, []
    for task in setup.stages:
        history = model.fit(
            task.train,
            validation_data=task.validation,
            epochs=setup.results.epochs,
            callbacks=[klv.TeacherRollover()],
            verbose=0,
        )
        curves.append(history.history["val_negative_elbo"])
    ends = [model.negative_elbo(task.validation, seed=0).mean() for task in setup.tasks]
    return {"curve": np.mean(curves[1:], axis=0).tolist(), "end": float(np.mean(ends))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--strategy", default="article")
    parser.add_argument(
        "--tasks", type=int, default=5, metavar="N", help="only the first N classes"
    )
    parser.add_argument("--out", type=Path, default=Path("consistency.json"))
    options = parser.parse_args()
    cases = (
        (named(options, "seeds", "out", seed=seed, gamma=gamma), partial(run, options, seed, gamma))
        for seed in options.seeds
        for gamma in (1.0, 0.0)
    )
    keep(options.out, cases)


if __name__ == "__main__":
    main()
