"""A plate of digits seen by a camera: scaled, turned, sheared, bent."""

import numpy as np
from PIL import Image

from keras_lifelong_vae.data.synth_digits.glyphs import HEIGHT

SIZE = 32
_SUPERSAMPLING = 2
_CELLS = 2  # the plate is bent at the nodes of a grid of so many cells


def look_at(plate: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The plate's middle as it appears in a picture, `(32, 32)` uint8."""
    fine = SIZE * _SUPERSAMPLING
    nodes = np.linspace(-1.0, 1.0, _CELLS + 1)
    grid = np.stack(np.meshgrid(nodes, nodes), axis=-1)  # of the picture, (rows, columns, (x, y))
    spots = grid @ _view(rng).T + rng.normal(0.0, 0.07, 2) + rng.normal(0.0, 0.045, grid.shape)
    spots = spots * (HEIGHT / 2) + np.array([plate.shape[1] / 2, HEIGHT / 2])
    step = fine // _CELLS
    mesh = [
        (
            (step * j, step * i, step * (j + 1), step * (i + 1)),
            tuple(
                np.concatenate(
                    [spots[i, j], spots[i + 1, j], spots[i + 1, j + 1], spots[i, j + 1]]
                ).tolist()
            ),
        )
        for i in range(_CELLS)
        for j in range(_CELLS)
    ]
    image = Image.fromarray(plate)
    seen = image.transform((fine, fine), Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)
    return np.asarray(seen.resize((SIZE, SIZE), Image.Resampling.BOX))


def _view(rng: np.random.Generator) -> np.ndarray:
    """From places in the picture to places on the plate, both from -1 to 1: `(2, 2)`."""
    share = rng.uniform(0.58, 0.98)  # of the picture's height that the digit takes
    narrow = rng.uniform(0.85, 1.2)
    angle = rng.normal(0.0, 0.13)
    shear = rng.normal(0.0, 0.15)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return turn @ np.array([[narrow, shear], [0.0, 1.0]]) / share
