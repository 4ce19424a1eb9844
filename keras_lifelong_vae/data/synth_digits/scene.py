"""Pictures of house numbers: digits on a wall, in some light, through some lens."""

import numpy as np
from scipy.ndimage import gaussian_filter, zoom

from keras_lifelong_vae.data.synth_digits.plates import FONTS, SIZE, STROKES, look_at, plate

_BLURS = (0.0, 0.6, 1.0, 1.5)  # pixels
_GREY = np.array([0.299, 0.587, 0.114])
_GRAINS = ((2, 0.16), (4, 0.08), (8, 0.06), (16, 0.04))  # cells along an edge, strength
_Y, _X = np.mgrid[:SIZE, :SIZE][:, None]  # of each pixel
_TINT = 0.3  # how colourful they are


def draw(digits: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One picture for each of the digits, `(n, 32, 32, 3)` uint8."""
    masks = np.stack([_mask(int(digit), rng) for digit in digits]) / 255.0
    wall, ink = _colours(len(digits), rng)
    scene = wall[:, None, None] + _walls(len(digits), rng)
    scene = _with_shadow(scene, masks, rng)
    paint = ink[:, None, None] + 0.5 * (scene - wall[:, None, None])
    scene += masks[..., None] * (paint - scene)
    scene *= _light(len(digits), rng)
    scene = _through_lens(scene, rng)
    return np.round(255 * np.clip(scene, 0.0, 1.0)).astype("uint8")


def _mask(digit: int, rng: np.random.Generator) -> np.ndarray:
    neighbours = np.where(rng.random(2) < 0.55, rng.integers(0, 10, 2), -1)
    row = (int(neighbours[0]), digit, int(neighbours[1]))
    font, stroke = FONTS[rng.integers(len(FONTS))], STROKES[rng.integers(len(STROKES))]
    return look_at(plate(font, stroke, row, int(rng.integers(2, 14))), rng)


def _colours(number: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Of walls and of digits, each `(number, 3)`: mostly dull, the contrast sometimes low."""
    level = rng.uniform(0.12, 0.88, (number, 1))
    tint = rng.normal(0.0, 1.0, (number, 2, 3)) * rng.gamma(1.2, 0.045, (number, 2, 1))
    tint -= (tint @ _GREY)[..., None]
    contrast = rng.uniform(0.14, 0.62, (number, 1))
    brighter = level + contrast < 0.98
    darker = level - contrast > 0.02
    up = np.where(brighter & darker, rng.random((number, 1)) < 0.5, brighter)
    return level + tint[:, 0], level + np.where(up, contrast, -contrast) + tint[:, 1]


def _with_shadow(scene: np.ndarray, masks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Digits that stand off the wall throw a shadow down and to one side."""
    right = rng.random(len(masks)) < 0.5
    shifted = np.roll(masks, 1, axis=1)
    shifted = np.where(right[:, None, None], np.roll(shifted, 1, 2), np.roll(shifted, -1, 2))
    strength = np.where(rng.random(len(masks)) < 0.4, rng.uniform(0.1, 0.5, len(masks)), 0.0)
    return scene * (1.0 - strength[:, None, None, None] * shifted[..., None])


def _light(number: int, rng: np.random.Generator) -> np.ndarray:
    """Brighter on one side than on the other, `(number, 32, 32, 1)` around 1."""
    y, x = np.stack([_Y, _X]) / (SIZE - 1) - 0.5
    slope = rng.normal(0.0, 0.25, (2, number, 1, 1))
    return np.clip(1.0 + slope[0] * y + slope[1] * x, 0.3, 1.7)[..., None]


def _through_lens(scene: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Out of focus by as much as each picture is, and with the noise of its sensor."""
    blur = rng.choice(len(_BLURS), len(scene), p=(0.15, 0.35, 0.3, 0.2))
    for index, sigma in enumerate(_BLURS):
        rows = np.flatnonzero(blur == index)
        if sigma and len(rows):
            scene[rows] = gaussian_filter(scene[rows], (0, sigma, sigma, 0), mode="nearest")
    noise = rng.gamma(1.5, 0.012, (len(scene), 1, 1, 1))
    return scene + noise * rng.normal(size=scene.shape)


def _walls(number: int, rng: np.random.Generator) -> np.ndarray:
    """Textures around 0, `(number, 32, 32, 3)`: smooth noise at several scales, and bricks."""
    texture = np.zeros((number, SIZE, SIZE, 3))
    for cells, strength in _GRAINS:
        grain = _smooth_noise(number, cells, 1, rng) + _TINT * _smooth_noise(number, cells, 3, rng)
        texture += strength * rng.gamma(2.0, 0.45, (number, 1, 1, 1)) * grain
    return texture + _stripes(number, rng) + _panels(number, rng)


def _smooth_noise(number: int, cells: int, channels: int, rng: np.random.Generator) -> np.ndarray:
    """Normal noise on a coarse grid, drawn out to the picture's size."""
    coarse = rng.normal(size=(number, cells, cells, channels))
    return zoom(coarse, (1, SIZE / cells, SIZE / cells, 1), order=1, mode="nearest")


def _stripes(number: int, rng: np.random.Generator) -> np.ndarray:
    """Boards or the joints of bricks, on some of the pictures; `(number, 32, 32, 1)`."""
    angle = np.where(rng.random(number) < 0.5, 0.0, np.pi / 2) + rng.normal(0.0, 0.1, number)
    angle, phase, period = (
        one[:, None, None]
        for one in (angle, rng.uniform(0, 2 * np.pi, number), rng.uniform(4, 20, number))
    )
    along = _X * np.cos(angle) + _Y * np.sin(angle)
    wave = np.cos(2 * np.pi * along / period + phase)
    sharp = np.where(wave > 0.8, -1.0, 0.15)  # dark joints between light boards
    strength = np.where(rng.random(number) < 0.35, rng.uniform(0.03, 0.22, number), 0.0)
    return (strength[:, None, None] * sharp)[..., None]


def _panels(number: int, rng: np.random.Generator) -> np.ndarray:
    """The edge of a plate of another colour, on some of the pictures; `(number, 32, 32, 3)`."""
    low, high = rng.uniform(-8, 7, (2, number, 1, 1)), rng.uniform(25, 40, (2, number, 1, 1))
    inside = (low[0] < _Y) & (high[0] > _Y) & (low[1] < _X) & (high[1] > _X)
    shades = rng.normal(0, 0.2, (number, 1)) + rng.normal(0, 0.06, (number, 3))
    colour = np.where(rng.random(number)[:, None] < 0.5, shades, 0.0)
    return np.where(inside[..., None], 0.0, colour[:, None, None, :])
