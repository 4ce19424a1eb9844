"""The pictures of a report, each with how to read it."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image

from keras_lifelong_vae.experiments.report import curves, heat_map, mosaics
from keras_lifelong_vae.experiments.report.contents import SAMPLES, Contents
from keras_lifelong_vae.experiments.report.markdown import escape
from keras_lifelong_vae.files import write_atomically
from keras_lifelong_vae.plots.grids import DPI

MAX_BYTES = 80_000
PALETTES = (256, 64, 32, 16, 8)  # numbers of colours to try, until the file is small enough


@dataclass(frozen=True)
class Plan:
    """A picture; `draw` gives `None` if the grid lacks what it needs."""

    file: str
    title: str
    caption: str  # how to read it
    draw: Callable[[Contents], Figure | None]

    def write(self, contents: Contents, directory: Path) -> str:
        """Writes the file; the lines that show it in a report, empty if it can't be drawn."""
        with rc_context({"text.parse_math": False}):  # a name with dollars is no formula
            figure = self.draw(contents)
            if figure is None:
                return ""
            data = _png(figure)
        write_atomically(directory / self.file, lambda temporary: temporary.write_bytes(data))
        title = escape(contents.titled(self.title))
        return f"![{title}]({self.file})\n\n*{title}.* {escape(self.caption)}"


def _png(figure: Figure) -> bytes:
    """In 256 colours, or fewer if the file would be larger than `MAX_BYTES`."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI)
    image = Image.open(buffer).convert("RGB")
    for colors in PALETTES:
        few = image.quantize(colors, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        buffer = io.BytesIO()
        few.save(buffer, "png", optimize=True)
        if buffer.tell() <= MAX_BYTES:
            break
    return buffer.getvalue()


PLANS = (
    Plan(
        "negative-elbo.png",
        "-ELBO against tasks",
        "Mean over the test images of the tasks seen so far, after each task; lower is better. "
        "Lines are means over seeds, bands one standard deviation. Dashed: full-batch, at the end, "
        "on the same tasks. On the right the same in detail, as the excess over full-batch where "
        "there is one; the axis covers the better half of the strategies, and lines that leave it "
        "are worse.",
        curves.bound_curves,
    ),
    Plan(
        "frechet.png",
        "Fréchet distance against tasks",
        "Generated images against test images of the tasks seen so far, on the classifier's "
        "features, z drawn as the title says; lower is better. Lines are means over "
        "seeds, bands one standard deviation; dashed is full-batch at the end.",
        curves.frechet_curves,
    ),
    Plan(
        "negative-elbo-by-task.png",
        "-ELBO of each task after each task",
        "A row is the moment after a task was learned, a column the test images of a task. Below "
        "the stepped line are tasks already learned: a column that stays light downwards is "
        "remembered. Above it are tasks still to come. Means over seeds; the scale of an excess is "
        "that of its square root, so that small ones differ, too.",
        heat_map.bound_maps,
    ),
    Plan(
        "validation.png",
        "-ELBO while training",
        "Validation images of the task being learned, after each epoch; lines are means over "
        "seeds, bands one standard deviation. Where there are both, the lower part is the "
        "difference seed by seed: below 0, -ELBO is lower with the consistency KL. In the first "
        "task there is no teacher yet.",
        curves.validation_curves,
    ),
    Plan(
        "samples.png",
        "Generated images",
        f"The first {SAMPLES} images that each strategy generates after the last task, z drawn as "
        "above each, nothing selected. Pixels that a task permutes are moved back, by the task "
        "whose order makes an image smoothest.",
        mosaics.sample_mosaics,
    ),
    Plan(
        "traversals.png",
        "Latent traversal",
        "Means of the decoder: each column has one category z_d, each row one z_c drawn from "
        f"N(0, I). At most {mosaics.MAX_CATEGORIES} categories, evenly chosen. Pixels that a task "
        "permutes are moved back.",
        mosaics.traversal_mosaic,
    ),
    Plan(
        "task-shares.png",
        "Share of each task among generated images",
        "What the classifier takes 10,000 generated images for after the last task, z drawn as "
        "the title says, mean over seeds; each row sums to 100 %. An even row would have the same "
        "share everywhere.",
        heat_map.share_map,
    ),
)
