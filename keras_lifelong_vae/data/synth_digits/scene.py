"""Pictures of house numbers: digits on a wall, in some light, through some lens."""

import numpy as np
from scipy.ndimage import gaussian_filter

from keras_lifelong_vae.data.synth_digits.background import walls
from keras_lifelong_vae.data.synth_digits.glyphs import FONTS, STROKES, plate
from keras_lifelong_vae.data.synth_digits.view import SIZE, look_at

_BLURS = (0.0, 0.6, 1.0, 1.5)  # pixels
_GREY = np.array([0.299, 0.587, 0.114])


def draw(digits: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One picture for each of the digits, `(n, 32, 32, 3)` uint8."""
    masks = np.stack([_mask(int(digit), rng) for digit in digits]) / 255.0
    wall, ink = _colours(len(digits), rng)
    scene = wall[:, None, None] + walls(len(digits), rng)
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
    y, x = (np.mgrid[:SIZE, :SIZE] / (SIZE - 1) - 0.5)[:, None]
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
