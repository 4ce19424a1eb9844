"""Walls, doors and plates: what house numbers are fixed to."""

import numpy as np

from keras_lifelong_vae.data.synth_digits.view import SIZE

_GRAINS = ((2, 0.16), (4, 0.08), (8, 0.06), (16, 0.04))  # cells along an edge, strength
_TINT = 0.3  # how colourful they are


def walls(number: int, rng: np.random.Generator) -> np.ndarray:
    """Textures around 0, `(number, 32, 32, 3)`: smooth noise at several scales, and bricks."""
    texture = np.zeros((number, SIZE, SIZE, 3))
    for cells, strength in _GRAINS:
        grain = _smooth_noise(number, cells, 1, rng) + _TINT * _smooth_noise(number, cells, 3, rng)
        texture += strength * rng.gamma(2.0, 0.45, (number, 1, 1, 1)) * grain
    return texture + _stripes(number, rng) + _panels(number, rng)


def _smooth_noise(number: int, cells: int, channels: int, rng: np.random.Generator) -> np.ndarray:
    """Normal noise on a coarse grid, drawn out to the picture's size."""
    coarse = rng.normal(size=(number, cells, cells, channels))
    place = np.linspace(0, cells - 1, SIZE)
    low = np.minimum(place.astype(int), cells - 2)
    weights = np.zeros((SIZE, cells))
    weights[np.arange(SIZE), low] = 1.0 - (place - low)
    weights[np.arange(SIZE), low + 1] += place - low
    return np.einsum("yi,nijc,xj->nyxc", weights, coarse, weights, optimize=True)


def _stripes(number: int, rng: np.random.Generator) -> np.ndarray:
    """Boards or the joints of bricks, on some of the pictures; `(number, 32, 32, 1)`."""
    y, x = np.mgrid[:SIZE, :SIZE][:, None]
    angle = np.where(rng.random(number) < 0.5, 0.0, np.pi / 2) + rng.normal(0.0, 0.1, number)
    angle, phase, period = (
        one[:, None, None]
        for one in (angle, rng.uniform(0, 2 * np.pi, number), rng.uniform(4, 20, number))
    )
    along = x * np.cos(angle) + y * np.sin(angle)
    wave = np.cos(2 * np.pi * along / period + phase)
    sharp = np.where(wave > 0.8, -1.0, 0.15)  # dark joints between light boards
    strength = np.where(rng.random(number) < 0.35, rng.uniform(0.03, 0.22, number), 0.0)
    return (strength[:, None, None] * sharp)[..., None]


def _panels(number: int, rng: np.random.Generator) -> np.ndarray:
    """The edge of a plate of another colour, on some of the pictures; `(number, 32, 32, 3)`."""
    y, x = np.mgrid[:SIZE, :SIZE][:, None]
    low, high = rng.uniform(-8, 7, (2, number, 1, 1)), rng.uniform(25, 40, (2, number, 1, 1))
    inside = (y > low[0]) & (y < high[0]) & (x > low[1]) & (x < high[1])
    shades = rng.normal(0, 0.2, (number, 1)) + rng.normal(0, 0.06, (number, 3))
    colour = np.where(rng.random(number)[:, None] < 0.5, shades, 0.0)
    return np.where(inside[..., None], 0.0, colour[:, None, None, :])
