"""What is shown of a model: pictures after each task, and images kept for a report."""

from pathlib import Path

import numpy as np
from matplotlib import rc_context

from keras_lifelong_vae import plots
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.experiments.run_directory import RunDirectory
from keras_lifelong_vae.files import write_atomically
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.plots.of_tasks import can_be_drawn, in_place
from keras_lifelong_vae.tasks import TaskSequence

NUM_SAMPLES = 10  # in a row
NUM_RECONSTRUCTIONS = 12
NUM_KEPT = 64
NUM_TRAVERSALS = 8
ORIGINS = {
    "aggregate_posterior": "z from the aggregate posterior",
    "prior": "z from the prior N(0, I)",
}


def draw_pictures(
    model: LifelongVAE, tasks: TaskSequence, results: Results, directory: RunDirectory
) -> None:
    """Generated samples, reconstructions of all tasks seen so far, and -ELBO over time."""
    with rc_context({"text.parse_math": False}):  # a name with dollars is no formula
        _draw(model, tasks, results, directory)


def _draw(
    model: LifelongVAE, tasks: TaskSequence, results: Results, directory: RunDirectory
) -> None:
    seen = tasks[: results.seen_tasks]
    when = f"after {len(seen)} of {len(tasks)} tasks ({results.strategy})"
    if can_be_drawn(tasks.event_shape):
        title = f"Generated {when}, {ORIGINS[model.default_prior]}"
        samples = plots.samples(model, seen, NUM_SAMPLES, results.seed, title)
        directory.save_picture(samples, f"samples-{len(seen):02d}")
        title = f"Test images above reconstructions, {when}"
        grid = plots.reconstructions(model, seen, NUM_RECONSTRUCTIONS, title)
        directory.save_picture(grid, f"reconstructions-{len(seen):02d}")
    if results.stages == results.tasks or len(results.stages) > 1:
        title = f"-ELBO of each task over time ({results.sequence}, {results.strategy})"
        curves = plots.elbo_curves(results.negative_elbo, results.tasks, title)
        directory.save_picture(curves, "negative-elbo")


def write_specimens(path: Path, model: LifelongVAE, tasks: TaskSequence, seed: int) -> None:
    """Writes generated images and a traversal of the latent, as uint8; nothing if x is no image.

    Pixels that a permuted task has moved are moved back.

    samples        (64, *event_shape), z from where the model takes it by default
    samples_prior  (64, *event_shape), z ~ N(0, I), if that is somewhere else
    traversals     (8, categories, *event_shape): a row has one z_c, a column one category;
                   only of a model with categories
    """
    if not can_be_drawn(model.event_shape):
        return
    images = {"samples": plots.generated_in_place(model, tasks, NUM_KEPT, seed)}
    if model.default_prior != "prior":
        images["samples_prior"] = plots.generated_in_place(
            model, tasks, NUM_KEPT, seed, prior="prior"
        )
    if model.has_categories:
        codes = np.random.default_rng(seed).normal(size=(NUM_TRAVERSALS, 1, model.latent_dim))
        categories = np.arange(model.active_categories)
        rows = [
            in_place(model.decode(code.repeat(len(categories), 0), categories), tasks)
            for code in codes
        ]
        images["traversals"] = np.stack(rows)
    pixels = {key: np.round(255 * np.clip(x, 0, 1)).astype("uint8") for key, x in images.items()}
    write_atomically(path, lambda temporary: np.savez_compressed(temporary, **pixels))
