"""What is known of a data set before it is read: names, shapes, checksums, ways to get it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np


class Arrays(NamedTuple):
    """Images `(n, height, width, channels)` uint8 and labels `(n,)` int64 of both splits."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


@dataclass(frozen=True)
class DataSpec:
    """What a data set is."""

    name: str
    image_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    checksums: tuple[str, ...] | None  # SHA-256 of each of the `Arrays`, see `checksums_of`
    sizes: tuple[int, int] | None = field(default=None, kw_only=True)  # training and test images


class SourceError(Exception):
    """A source is out of reach here; the message says why."""


class Source(Protocol):
    """A place a data set comes from; sources know nothing of each other."""

    @property
    def description(self) -> str:
        """What the user reads about it."""

    def prepare(self, spec: "TfdsSpec", staging: Path) -> None:
        """Leaves the data set prepared for TFDS in `staging`, a temporary TFDS `data_dir`.

        Raises:
            SourceError: If the source is out of reach here.
            OSError: If files are missing or can't be read.
            ValueError: If what came is not the data set.
        """


@dataclass(frozen=True)
class TfdsSpec(DataSpec):
    """A data set that TensorFlow Datasets keeps."""

    tfds_name: str
    read_directory: Callable[[Path], Arrays]  # reads the files it is published as
    sources: tuple[Source, ...]  # tried in this order if TFDS doesn't have it yet
    packages: tuple[Source, ...] = ()  # tried last, and only if the user allows it
