"""Images that a trained model makes, kept for the pictures of a report."""

from pathlib import Path
from typing import Any

import numpy as np

from keras_lifelong_vae.files import write_atomically
from keras_lifelong_vae.lifelong_vae import LifelongVAE

NUM_SAMPLES = 64
NUM_TRAVERSALS = 8


def write_specimens(path: Path, model: LifelongVAE, seed: int) -> None:
    """Writes generated images and a traversal of the latent, as uint8.

        samples         (64, *event_shape), z from where it is drawn by default
        samples_prior   (64, *event_shape), z ~ p(z), if that is not the default
        traversals      (8, categories, *event_shape): a row has one z_c ~ N(0, I), a column one
                        category; not of a latent without categories

    Args:
        path: Of the `.npz` file.
        model: What generates.
        seed: Of z.
    """
    images = {"samples": model.generate(NUM_SAMPLES, seed=seed)}
    if model.default_prior != "prior":
        images["samples_prior"] = model.generate(NUM_SAMPLES, seed=seed, prior="prior")
    if model.has_categories:
        codes = np.random.default_rng(seed).normal(size=(NUM_TRAVERSALS, model.latent_dim))
        categories = np.arange(model.active_categories)
        rows = [np.repeat(code[None], len(categories), 0) for code in codes]
        images["traversals"] = np.stack([model.decode(row, categories) for row in rows])
    arrays: dict[str, Any] = {name: _bytes(one) for name, one in images.items()}
    write_atomically(path, lambda temporary: np.savez_compressed(temporary, **arrays))


def _bytes(images: np.ndarray) -> np.ndarray:
    return np.round(255 * np.clip(images, 0.0, 1.0)).astype("uint8")
