"""Synthetic grids: results, images and classifiers, without any model."""

import json

import numpy as np

from keras_lifelong_vae import strategies
from keras_lifelong_vae.experiments import Results

SETTINGS = {
    "sequence": "digits-split",
    "num_tasks": 2,
    "standin": False,
    "importance_samples": 0,
    "options": {"epochs": 2},
}


def measurement(frechet=9.0, shares=(0.5, 0.5), **changes) -> dict:
    return {
        "purity": 0.75,
        "mutual_information": 0.5,
        "agreement": None,
        "frechet_distance": frechet,
        "task_shares": list(shares),
        "category_task_shares": [1.0, 0.5],
        **changes,
    }


def results(strategy="lifelong", seed=0, R=((3.0, 9.0), (4.0, 2.0)), sizes=(10, 30), **changes):
    """A run of so many stages as R has rows, 2 epochs of 5 images and 1 second each."""
    tasks = [f"task {j}" for j in range(len(R[0]))]
    stages = ["all tasks"] if strategy == "full-batch" else tasks
    config = {"batch_size": 5, "categories_per_task": 1}
    known = strategy in strategies.names()
    keeps = strategies.get(strategy).keeps if known else "something"
    run = Results("digits-split", strategy, seed, 2, tasks, stages, list(sizes), config, keeps)
    measured = changes.pop("measured", [measurement() for _ in R])
    for row, figures in zip(R, measured, strict=True):
        run = run.after_stage(list(row), 10, 1.0, figures, validation=[row[0] + 1, row[0]])
    return Results(**{**run.__dict__, "date": "2026-01-02", "peak_rss_mb": 100.0, **changes})


def write_grid(
    directory, runs, images=True, event_shape=(8, 8, 1), categories=2, prior=False, **settings
):
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "grid.json").write_text(json.dumps({**SETTINGS, **settings}))
    rng = np.random.default_rng(0)
    for run in runs:
        cell = directory / "cells" / f"{run.strategy}-{run.seed}"
        cell.mkdir(parents=True)
        run.write(cell / "results.json")
        if images and run.finished:
            numbers = {"samples": (64,), "traversals": (8, categories)}
            if prior:
                numbers["samples_prior"] = (64,)
            drawn = {name: blurry(rng, number, event_shape) for name, number in numbers.items()}
            np.savez_compressed(cell / "specimens.npz", **drawn)
        classifier = directory / f"classifier-{run.seed}"
        classifier.mkdir(exist_ok=True)
        text = json.dumps({"accuracy": 0.9, "floor": 0.25})
        (classifier / "classifier.json").write_text(text)
    return directory


def blurry(rng, number, event_shape) -> np.ndarray:
    """Random images as smooth as what a VAE generates."""
    height, width, channels = event_shape
    coarse = rng.uniform(size=(*number, 5, 5, channels))
    rows, columns = (interpolation(size) for size in (height, width))
    fine = np.einsum("ya,xb,...abc->...yxc", rows, columns, coarse)
    return np.round(255 * fine).astype("uint8")


def interpolation(size) -> np.ndarray:
    """Linear, of 5 points to `size`, `(size, 5)`."""
    places = np.linspace(0, 4, size)
    return np.stack([np.interp(places, np.arange(5), row) for row in np.eye(5)], axis=1)


def three_strategies(seeds=(0,)) -> list[Results]:
    """naive, lifelong and full-batch, worse by one nat with each seed."""
    runs = []
    for seed in seeds:
        runs += [
            results("naive", seed, [[3.0 + seed, 9.0], [12.0 + seed, 2.0 + seed]]),
            results("lifelong", seed, [[3.0 + seed, 9.0], [4.0 + seed, 2.0 + seed]]),
            results("full-batch", seed, [[2.0 + seed, 2.0 + seed]]),
        ]
    return runs
