"""Images that a trained model makes, kept for the pictures of a report."""

from pathlib import Path

import numpy as np

from keras_lifelong_vae.files import write_atomically
from keras_lifelong_vae.models import LifelongVAE

NUM_SAMPLES = 64
NUM_TRAVERSALS = 8


def write_specimens(path: Path, model: LifelongVAE, seed: int) -> None:
    """Writes generated images and a traversal of the latent, as uint8.

        samples      (64, *event_shape), z ~ p(z)
        traversals   (8, categories, *event_shape): a row has one z_c, a column one category

    Args:
        path: Of the `.npz` file.
        model: What generates.
        seed: Of z.
    """
    samples = model.generate(NUM_SAMPLES, seed=seed)
    codes = np.random.default_rng(seed).normal(size=(NUM_TRAVERSALS, model.latent_dim))
    categories = np.arange(model.active_categories)
    rows = [model.decode(np.repeat(code[None], len(categories), 0), categories) for code in codes]
    traversals = _bytes(np.stack(rows))
    write_atomically(
        path,
        lambda temporary: np.savez_compressed(
            temporary, samples=_bytes(samples), traversals=traversals
        ),
    )


def _bytes(images: np.ndarray) -> np.ndarray:
    return np.round(255 * images).astype("uint8")
