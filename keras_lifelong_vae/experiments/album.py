"""Which pictures a run draws after each task."""

from typing import Any

import numpy as np

from keras_lifelong_vae.experiments.pictures import elbo_curves, reconstruction_grid, sample_grid
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.experiments.run_directory import RunDirectory
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.tasks import Task, TaskSequence

NUM_SAMPLES = 100
NUM_RECONSTRUCTIONS = 12
WHERE = {
    "aggregate_posterior": "z from the aggregate posterior",
    "prior": "z from the prior",
}


def draw_pictures(
    model: LifelongVAE, tasks: TaskSequence, results: Results, directory: RunDirectory
) -> None:
    """Generated samples, reconstructions of all tasks seen so far, and -ELBO over time."""
    seen = results.seen_tasks
    when = f"after {seen} of {len(tasks)} tasks ({results.strategy})"
    if results.stages == results.tasks or len(results.stages) > 1:
        _draw_curves(results, directory)
    if len(model.event_shape) != 3 or model.event_shape[-1] not in (1, 3):
        return  # rows of numbers are no pictures
    title = f"Generated {when}, {WHERE[model.default_prior]}"
    samples = sample_grid(model.generate(NUM_SAMPLES, seed=results.seed), title)
    directory.save_picture(samples, f"samples-{seen:02d}")
    pairs = {}
    for task in tasks[:seen]:
        images = _first_test_images(task, NUM_RECONSTRUCTIONS)
        pairs[task.name] = (images, model.reconstruct(images))
    reconstructions = reconstruction_grid(pairs, f"Test images above reconstructions, {when}")
    directory.save_picture(reconstructions, f"reconstructions-{seen:02d}")


def _draw_curves(results: Results, directory: RunDirectory) -> None:
    title = f"-ELBO of each task over time ({results.sequence}, {results.strategy})"
    directory.save_picture(
        elbo_curves(results.negative_elbo, results.tasks, title), "negative-elbo"
    )


def _first_test_images(task: Task, number: int) -> np.ndarray:
    test: Any = task.test
    return np.stack(list(test.unbatch().take(number).as_numpy_iterator()))
