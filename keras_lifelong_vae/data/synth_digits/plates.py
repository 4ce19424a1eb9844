"""Plates of digits as a camera sees them, in the fonts that matplotlib brings along."""

from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONTS = (
    *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"),
    *("DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSansMono-BoldOblique"),
    *("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-BoldItalic"),
    *("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta"),
    *("cmb10", "cmr10", "cmss10", "cmti10", "cmtt10"),
)
STROKES = (0, 1, 2, 4)  # pixels by which the outline is made bolder
HEIGHT = 64  # of a digit
SIZE = 32  # of a picture
_FONT_SIZE = 96
_SUPERSAMPLING = 2
_CELLS = 2  # the plate is bent at the nodes of a grid of so many cells


@cache
def glyph(font: str, stroke: int, digit: int) -> np.ndarray:
    """Mask of a digit, `(HEIGHT, width)` uint8, cut to its ink."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    image = Image.new("L", (3 * _FONT_SIZE, 3 * _FONT_SIZE))
    face = ImageFont.truetype(str(path), _FONT_SIZE)
    ImageDraw.Draw(image).text(2 * (_FONT_SIZE,), str(digit), 255, face, stroke_width=stroke)
    ink = image.crop(image.getbbox())
    width = max(8, round(ink.width * HEIGHT / ink.height))
    return np.asarray(ink.resize((width, HEIGHT), Image.Resampling.BOX))


def plate(font: str, stroke: int, digits: tuple[int, int, int], gap: int) -> np.ndarray:
    """Three digits, `gap` pixels between them and the second in the middle; -1 is left out."""
    left, middle, right = (
        np.zeros((HEIGHT, 0), "uint8") if digit < 0 else glyph(font, stroke, digit)
        for digit in digits
    )
    widest = max(left.shape[1], right.shape[1], HEIGHT)
    left = np.pad(left, ((0, 0), (widest - left.shape[1], gap)))
    right = np.pad(right, ((0, 0), (gap, widest - right.shape[1])))
    return np.hstack([left, middle, right])


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
            tuple(spots[[i, i + 1, i + 1, i], [j, j, j + 1, j + 1]].ravel().tolist()),
        )
        for i, j in np.ndindex(_CELLS, _CELLS)
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
