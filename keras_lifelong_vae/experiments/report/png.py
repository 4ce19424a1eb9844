"""PNG files of bounded size."""

import io
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from keras_lifelong_vae.experiments.pictures import DPI
from keras_lifelong_vae.files import write_atomically

MAX_BYTES = 80_000
MAX_WIDTH = 1200  # pixels
PALETTES = (256, 64, 32, 16, 8)  # sizes to try, until the file is small enough


def write_png(figure: Figure, path: Path) -> None:
    """Writes `figure` in 256 colours, or fewer if it would be larger than `MAX_BYTES`."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    image = Image.open(buffer).convert("RGB")
    for colors in PALETTES:
        few = image.quantize(colors, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        buffer = io.BytesIO()
        few.save(buffer, "png", optimize=True)
        data = buffer.getvalue()
        if len(data) <= MAX_BYTES:
            break
    write_atomically(path, lambda temporary: temporary.write_bytes(data))
