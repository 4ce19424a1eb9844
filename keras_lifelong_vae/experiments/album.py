"""What is shown of a model: pictures after each task, and images kept for a report."""

from pathlib import Path

import numpy as np
from matplotlib import rc_context

from keras_lifelong_vae.experiments.labelled_images import collect
from keras_lifelong_vae.experiments.pictures import elbo_curves, reconstruction_grid, sample_grid
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.experiments.run_directory import RunDirectory
from keras_lifelong_vae.files import write_atomically
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.tasks import TaskSequence

NUM_SAMPLES = 100
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
    seen = results.seen_tasks
    when = f"after {seen} of {len(tasks)} tasks ({results.strategy})"
    if _can_be_drawn(tasks.event_shape):
        images = model.generate(NUM_SAMPLES, seed=results.seed)
        samples = sample_grid(images, f"Generated {when}, {ORIGINS[model.default_prior]}")
        directory.save_picture(samples, f"samples-{seen:02d}")
        pairs = {}
        for i, name in enumerate(tasks.names[:seen]):
            images = collect(tasks[i : i + 1], "test", NUM_RECONSTRUCTIONS).images
            pairs[name] = (images, model.reconstruct(images))
        grid = reconstruction_grid(pairs, f"Test images above reconstructions, {when}")
        directory.save_picture(grid, f"reconstructions-{seen:02d}")
    if results.stages == results.tasks or len(results.stages) > 1:
        title = f"-ELBO of each task over time ({results.sequence}, {results.strategy})"
        curves = elbo_curves(results.negative_elbo, results.tasks, title)
        directory.save_picture(curves, "negative-elbo")


def write_specimens(path: Path, model: LifelongVAE, seed: int) -> None:
    """Writes generated images and a traversal of the latent, as uint8; nothing if x is no image.

    samples        (64, *event_shape), z from where the model takes it by default
    samples_prior  (64, *event_shape), z ~ N(0, I), if that is somewhere else
    traversals     (8, categories, *event_shape): a row has one z_c, a column one category;
                   only of a model with categories
    """
    if not _can_be_drawn(model.event_shape):
        return
    images = {"samples": model.generate(NUM_KEPT, seed=seed)}
    if model.default_prior != "prior":
        images["samples_prior"] = model.generate(NUM_KEPT, seed=seed, prior="prior")
    if model.has_categories:
        codes = np.random.default_rng(seed).normal(size=(NUM_TRAVERSALS, 1, model.latent_dim))
        categories = np.arange(model.active_categories)
        rows = [model.decode(code.repeat(len(categories), 0), categories) for code in codes]
        images["traversals"] = np.stack(rows)
    pixels = {key: np.round(255 * np.clip(x, 0, 1)).astype("uint8") for key, x in images.items()}
    write_atomically(path, lambda temporary: np.savez_compressed(temporary, **pixels))


def _can_be_drawn(event_shape: tuple[int, ...]) -> bool:
    return len(event_shape) == 3 and event_shape[2] in (1, 3)
