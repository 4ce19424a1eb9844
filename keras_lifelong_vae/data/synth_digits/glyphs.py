"""Digits as masks, in the fonts that matplotlib brings along: the same on every machine."""

from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONTS = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSans-Oblique",
    "DejaVuSans-BoldOblique",
    "DejaVuSansMono",
    "DejaVuSansMono-Bold",
    "DejaVuSansMono-BoldOblique",
    "DejaVuSerif",
    "DejaVuSerif-Bold",
    "DejaVuSerif-BoldItalic",
    "STIXGeneral",
    "STIXGeneralBol",
    "STIXGeneralItalic",
    "STIXGeneralBolIta",
    "cmb10",
    "cmr10",
    "cmss10",
    "cmti10",
    "cmtt10",
)
STROKES = (0, 1, 2, 4)  # pixels by which the outline is made bolder
HEIGHT = 64  # of a digit
_FONT_SIZE = 96


@cache
def glyph(font: str, stroke: int, digit: int) -> np.ndarray:
    """Mask of a digit, `(HEIGHT, width)` uint8, cut to its ink."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    image = Image.new("L", (3 * _FONT_SIZE, 3 * _FONT_SIZE))
    face = ImageFont.truetype(str(path), _FONT_SIZE)
    origin = (_FONT_SIZE, _FONT_SIZE)
    ImageDraw.Draw(image).text(origin, str(digit), 255, face, stroke_width=stroke)
    ink = image.crop(image.getbbox())
    width = max(8, round(ink.width * HEIGHT / ink.height))
    return np.asarray(ink.resize((width, HEIGHT), Image.Resampling.BOX))


def plate(font: str, stroke: int, digits: tuple[int, int, int], gap: int) -> np.ndarray:
    """Three digits in a row with the second in the middle, `(HEIGHT, width)` uint8.

    Args:
        font: One of `FONTS`.
        stroke: One of `STROKES`.
        digits: The neighbour on the left, the digit meant, the neighbour on the right; a
            neighbour of -1 is left out.
        gap: Pixels between them.
    """
    left, middle, right = (
        np.zeros((HEIGHT, 0), "uint8") if digit < 0 else glyph(font, stroke, digit)
        for digit in digits
    )
    side = gap + max(left.shape[1], right.shape[1], HEIGHT)
    row = np.zeros((HEIGHT, 2 * side + middle.shape[1]), "uint8")
    row[:, side : side + middle.shape[1]] = middle
    row[:, side - gap - left.shape[1] : side - gap] = left
    begin = side + middle.shape[1] + gap
    row[:, begin : begin + right.shape[1]] = right
    return row
