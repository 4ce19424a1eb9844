"""PNG files of bounded size."""

import io
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image

from keras_lifelong_vae.experiments.pictures import DPI
from keras_lifelong_vae.files import write_atomically

MAX_BYTES = 150_000
MAX_WIDTH = 1200  # pixels
PALETTES = (256, 128, 64, 32, 16, 8)  # sizes to try, until the file is small enough


def write_png(figure: Figure, path: Path) -> None:
    """Writes `figure`, with fewer colours if it would be larger than `MAX_BYTES`."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    image = Image.open(buffer).convert("RGB")
    data = _encoded(image)
    for colors in PALETTES:
        if len(data) <= MAX_BYTES:
            break
        data = _encoded(image.quantize(colors, dither=Image.Dither.NONE))
    write_atomically(path, lambda temporary: temporary.write_bytes(data))


def _encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "png", optimize=True)
    return buffer.getvalue()
