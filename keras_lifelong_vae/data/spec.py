"""What is known of a data set before it is read: names, shapes, checksums, ways to get it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from keras_lifelong_vae.data.source import Source


class Arrays(NamedTuple):
    """Images `(n, height, width, channels)` uint8 and labels `(n,)` int64 of both splits."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


class Checksums(NamedTuple):
    """SHA-256 of each of the `Arrays` in its fixed order, see `checksums.checksums_of`."""

    train_images: str
    train_labels: str
    test_images: str
    test_labels: str


@dataclass(frozen=True)
class DataSpec:
    """What a data set is.

    Args:
        name: How `load` calls it.
        image_shape: `(height, width, channels)` of one image.
        class_names: One name per label.
        checksums: What the arrays must hash to; `None` where that can't be known, and shapes and
            sizes have to do.
        sizes: Numbers of training and test images, `None` if checksums say it.
    """

    name: str
    image_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    checksums: Checksums | None
    sizes: tuple[int, int] | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class TfdsSpec(DataSpec):
    """A data set that TensorFlow Datasets keeps.

    Args:
        tfds_name: Name of the TFDS builder.
        read_directory: Reads the files the data set is published as from a directory.
        sources: Where to get it if TFDS doesn't have it yet, tried in this order.
    """

    tfds_name: str
    read_directory: Callable[[Path], Arrays]
    sources: tuple[Source, ...]
