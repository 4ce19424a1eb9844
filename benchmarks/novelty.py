"""How well `novelty` tells what was learned from what was not, and how often `is_novel` is wrong.

    python benchmarks/novelty.py --out novelty.json --table novelty.md

Each case trains a model class by class on real data, all of it or all classes but one. Cases that
are in the JSON file already are not run again, and none is begun after `--minutes`: started again,
the command goes on. One thread.
"""

import argparse
import datetime
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from sklearn.metrics import roc_auc_score

import keras_lifelong_vae as klv

SHAPE = (28, 28, 1)
IMAGES = 2000  # of each kind that are scored
RATES = (0.01, 0.05)
BATCH = 64
FEWEST_STEPS = 250  # a class; the few digits are seen more often
WHOLE = ("fashion_mnist", "mnist", "permuted mnist", "upscaled digits")
CASES = (*WHOLE, *(f"{name} without {k}" for name in ("mnist", "fashion_mnist") for k in range(10)))
Labelled = tuple[np.ndarray, np.ndarray]


def images_of(name: str) -> tuple[Labelled, Labelled]:
    """Training and test images of a data set, floats `(n, 28, 28, 1)`, and their labels."""
    data = klv.data.load({"permuted mnist": "mnist", "upscaled digits": "digits"}.get(name, name))
    parts = []
    for use in ("train", "test"):
        images = getattr(data, f"{use}_images").astype("float32") / 255
        if name == "upscaled digits":
            images = tf.clip_by_value(tf.image.resize(images, SHAPE[:2]), 0.0, 1.0).numpy()
        if name == "permuted mnist":
            order = np.random.default_rng(0).permutation(np.prod(SHAPE))
            images = images.reshape(len(images), -1)[:, order].reshape(-1, *SHAPE)
        parts.append((images, getattr(data, f"{use}_labels")))
    return parts[0], parts[1]


def some(images: np.ndarray, seed: int) -> np.ndarray:
    return images[np.random.default_rng(seed).permutation(len(images))[:IMAGES]]


def kinds_of_new(learned: str, test: np.ndarray, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """What none of the classes of `learned`, whose test images are given, looks like."""
    draw = np.random.default_rng(seed)
    for name in WHOLE:
        if name != learned:
            yield name, some(images_of(name)[1][0], seed)
    few = (100, *SHAPE)
    yield "black", np.zeros(few, "float32")
    yield "white", np.ones(few, "float32")
    yield "uniform noise", draw.random((IMAGES, *SHAPE), "float32")
    yield "inverted", 1.0 - test
    yield "pixels shuffled", draw.permuted(test.reshape(len(test), -1), axis=1).reshape(test.shape)


def auroc(new: np.ndarray, known: np.ndarray) -> float:
    labels = np.repeat([1, 0], [len(new), len(known)])
    return float(roc_auc_score(labels, np.concatenate([new, known])))


def false_alarms(model: klv.LifelongVAE, tasks: klv.tasks.TaskSequence) -> dict[str, list[float]]:
    """Share of each finished task's test images that `is_novel` takes for new, for each rate."""
    finished = list(tasks)[: int(model.finished_tasks)]
    return {
        str(rate): [float(model.is_novel(task.test, rate).mean()) for task in finished]
        for rate in RATES
    }


def learn(name: str, left_out: int | None, epochs: int, seed: int) -> dict[str, Any]:
    """Trains one model; its false alarms after the first and the last task, and AUROCs."""
    begun = time.perf_counter()
    train, test = images_of(name)
    classes = [k for k in range(10) if k != left_out]
    tasks = klv.tasks.split_by_class(train, BATCH, seed=seed, classes=classes, test=test)
    network = klv.networks.dense(SHAPE, units=(256, 256), seed=seed)
    model = klv.LifelongVAE(SHAPE, network=network, seed=seed)
    per_epoch = max(task.steps_per_epoch for task in tasks)
    epochs = max(epochs, FEWEST_STEPS // per_epoch)
    steps = per_epoch * epochs
    model.compile(keras.optimizers.Adam(klv.schedules.Cooldown(1e-3, steps)), jit_compile=True)
    found: dict[str, Any] = {}
    for task in tasks:
        model.fit(task.train, epochs=epochs, verbose=0, callbacks=[klv.TeacherRollover()])
        if int(model.finished_tasks) == 1:
            found["false_alarms_first"] = false_alarms(model, tasks)
    found["false_alarms_last"] = false_alarms(model, tasks)
    images, labels = test
    known = some(images[labels != (-1 if left_out is None else left_out)], seed)
    if left_out is None:
        new = dict(kinds_of_new(name, known, seed))
    else:
        new = {f"class {left_out}": images[labels == left_out]}
    for title, score in (("auroc", model.novelty), ("auroc_negative_elbo", negative_elbo(model))):
        scores = score(known)
        found[title] = {kind: auroc(score(some), scores) for kind, some in new.items()}
    return {**found, "epochs": epochs, "seconds": round(time.perf_counter() - begun)}


def negative_elbo(model: klv.LifelongVAE) -> Any:
    return lambda images: model.negative_elbo(images, seed=0)


def table(results: dict[str, Any]) -> str:
    """Markdown of all cases that were run."""
    whole = {case: one for case, one in results.items() if "without" not in case}
    kinds = list(dict.fromkeys(kind for one in whole.values() for kind in one["auroc"]))
    lines = ["| learned | score | " + " | ".join(kinds) + " |", "|---" * (len(kinds) + 2) + "|"]
    for case, one in whole.items():
        for title, key in (("novelty", "auroc"), ("-ELBO", "auroc_negative_elbo")):
            row = [f"{one[key][kind]:.3f}" if kind in one[key] else "" for kind in kinds]
            lines.append(f"| {case} | {title} | " + " | ".join(row) + " |")
    lines += [
        "",
        "| learned | false alarms at 1 % and 5 %, first task | after the last |",
    ]
    lines.append("|---|---|---|")
    for case, one in results.items():
        means = [
            " and ".join(f"{100 * np.mean(shares):.1f} %" for shares in one[key].values())
            for key in ("false_alarms_first", "false_alarms_last")
        ]
        lines.append(f"| {case} | {means[0]} | {means[1]} |")
    lines += ["", "| class left out | " + " | ".join(map(str, range(10))) + " | mean |"]
    lines.append("|---" * 12 + "|")
    for name in ("mnist", "fashion_mnist"):
        for title, key in (("", "auroc"), (", -ELBO", "auroc_negative_elbo")):
            found = [results.get(f"{name} without {k}", {}).get(key, {}) for k in range(10)]
            values = [next(iter(one.values()), None) for one in found]
            known = [value for value in values if value is not None]
            cells = ["not run" if value is None else f"{value:.3f}" for value in values]
            mean = f"{np.mean(known):.3f} of {len(known)}" if known else ""
            lines.append(f"| {name}{title} | " + " | ".join(cells) + f" | {mean} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("novelty.json"))
    parser.add_argument("--table", type=Path, help="a Markdown file for the tables")
    parser.add_argument("--cases", nargs="*", default=CASES, choices=CASES, metavar="CASE")
    parser.add_argument("--epochs", type=int, default=3, help="of each class")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60.0)
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    begun = time.monotonic()
    results = json.loads(options.out.read_text()) if options.out.exists() else {}
    for case in options.cases:
        if case in results or time.monotonic() - begun > 60 * options.minutes:
            continue
        name, _, left_out = case.partition(" without ")
        found = learn(name, int(left_out) if left_out else None, options.epochs, options.seed)
        keras.backend.clear_session()
        today = datetime.datetime.now(datetime.timezone.utc).date()
        results[case] = {**found, "seed": options.seed, "date": str(today)}
        options.out.write_text(json.dumps(results, indent=1) + "\n")
        print(f"{case}: {found}", flush=True)
    if options.table:
        options.table.write_text(table(results))
    print(table(results))


if __name__ == "__main__":
    main()
