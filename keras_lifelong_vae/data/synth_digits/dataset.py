"""All the pictures: drawn once, then read from disk."""

import logging
import shutil
from pathlib import Path

import numpy as np

from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.data import installation, tfds_store
from keras_lifelong_vae.data.image_data import ImageData, image_data
from keras_lifelong_vae.data.spec import Arrays, DataSpec
from keras_lifelong_vae.data.synth_digits.scene import draw

VERSION = "1"  # of the drawing: pictures drawn otherwise are another data set
SOURCE = "drawn by this package: a stand-in for SVHN, not SVHN"
NUM_TRAIN, NUM_TEST = 60_000, 10_000
_AT_ONCE = 1_000

SYNTH_DIGITS = DataSpec(
    name="synth_digits", image_shape=(32, 32, 3), class_names=tuple("0123456789")
)

logger = logging.getLogger(__name__)


def location(data_dir: Path | None) -> Path:
    """Where the pictures are kept, beside the data sets of TFDS, or will be."""
    return tfds_store.root(data_dir) / SYNTH_DIGITS.name / VERSION


def load_synth_digits(data_dir: Path | None = None) -> ImageData:
    """SynthDigits: 60,000 training and 10,000 test images of 32x32x3, digits 0 to 9 evenly.

    A stand-in for SVHN where it can't be had: the digit in the middle of the picture is meant, its
    neighbours are not. Fonts and their rendering come with matplotlib and Pillow, so other versions
    of these may give other pixels.
    """
    directory = location(data_dir)
    arrays = installation.read_arrays(directory, SYNTH_DIGITS)
    if arrays is None:
        logger.info("'synth_digits' is drawn, which takes a minute or two.")
        arrays = draw_all(NUM_TRAIN, NUM_TEST)
        with installation.staging_directory(directory.parent.parent, SYNTH_DIGITS.name) as staging:
            prepared = staging / VERSION
            prepared.mkdir()
            installation.write_arrays(prepared, arrays)
            shutil.rmtree(directory, ignore_errors=True)  # what could not be read
            directory.parent.mkdir(exist_ok=True)
            prepared.rename(directory)
    return image_data(SYNTH_DIGITS, arrays, SOURCE)


def draw_synth_digits(num_train: int, num_test: int) -> ImageData:
    """Draws so many SynthDigits, 1,000 in about a second, and keeps none of them on disk.

    Args:
        num_train: Number of training images, at least 1.
        num_test: Number of test images, at least 1.
    """
    numbers = check_positive_int(num_train, "num_train"), check_positive_int(num_test, "num_test")
    return image_data(SYNTH_DIGITS, draw_all(*numbers), SOURCE)


def draw_all(num_train: int, num_test: int) -> Arrays:
    """Draws both splits, each from a seed of its own."""
    return Arrays(*_draw_split(num_train, seed=0), *_draw_split(num_test, seed=1))


def _draw_split(number: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    labels = np.random.default_rng([seed, 0]).permutation(np.arange(number) % 10)
    parts = [
        draw(labels[begin : begin + _AT_ONCE], np.random.default_rng([seed, 1, begin]))
        for begin in range(0, number, _AT_ONCE)
    ]
    return np.concatenate(parts), labels.astype("int64")
