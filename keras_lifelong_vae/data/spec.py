"""What is known of a data set before it is read, and the check that it is what was read.

TFDS shuffles what it stores, so each source would bring its own order. Examples are therefore
sorted by their SHA-256, which is the same everywhere and has nothing to do with the class.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np


class Arrays(NamedTuple):
    """Images `(n, height, width, channels)` uint8 and labels `(n,)` int64 of both splits."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


@dataclass(frozen=True, kw_only=True)
class DataSpec:
    name: str
    image_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    checksums: tuple[str, ...] | None = None  # SHA-256 of each of the `Arrays`, see `checksums_of`
    sizes: tuple[int, int] | None = None  # training and test images


class SourceError(Exception):
    """A source is out of reach here; the message says why."""


class Source(Protocol):
    """A place a data set comes from; sources know nothing of each other."""

    @property
    def description(self) -> str:
        """What the user reads about it."""

    def prepare(self, spec: "TfdsSpec", staging: Path) -> None:
        """Leaves the data set prepared for TFDS in `staging`, a temporary TFDS `data_dir`."""
        # SourceError: it is out of reach here; OSError: files are missing; ValueError: other data.


@dataclass(frozen=True, kw_only=True)
class TfdsSpec(DataSpec):
    """A data set that TensorFlow Datasets keeps under the same name."""

    read_directory: Callable[[Path], Arrays]  # reads the files it is published as
    sources: tuple[Source, ...]  # tried in this order if TFDS doesn't have it yet
    packages: tuple[Source, ...] = ()  # tried last, and only if the user allows it


def example_order(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Indices `(n,)` that sort the examples by the SHA-256 of label and pixels."""
    digests = [
        hashlib.sha256(label.tobytes() + image.tobytes()).digest()
        for label, image in zip(np.asarray(labels, "<i8"), images, strict=True)
    ]
    return np.array(sorted(range(len(digests)), key=digests.__getitem__), np.int64)


def in_order(arrays: Arrays) -> Arrays:
    """The same examples in the fixed order, images as uint8 and labels as int64."""
    ordered = []
    for images, labels in (arrays[:2], arrays[2:]):
        order = example_order(images, labels)
        ordered += [images[order].astype(np.uint8), labels[order].astype(np.int64)]
    return Arrays(*ordered)


def checksums_of(arrays: Arrays) -> tuple[str, ...]:
    """SHA-256 of the bytes in C order: images as uint8, labels as little-endian int64."""
    return tuple(
        hashlib.sha256(np.ascontiguousarray(array, dtype).data).hexdigest()
        for array, dtype in zip(arrays, ("u1", "<i8", "u1", "<i8"), strict=True)
    )


def verify(arrays: Arrays, spec: DataSpec, origin: str) -> None:
    """Raises `ValueError` unless `arrays`, read from `origin` and in order, are those of `spec`."""
    for part, array in arrays._asdict().items():
        expected = spec.image_shape if part.endswith("images") else ()
        if array.shape[1:] != expected:
            raise ValueError(
                f"{origin}: `{part}` of '{spec.name}' must have shape "
                f"{('n', *expected)}, received {array.shape}."
            )
    sizes = (len(arrays.train_images), len(arrays.test_images))
    if spec.sizes is not None and sizes != spec.sizes:
        raise ValueError(
            f"{origin}: '{spec.name}' must have {spec.sizes[0]} training and {spec.sizes[1]} test "
            f"images, received {sizes[0]} and {sizes[1]}."
        )
    if spec.checksums is None:
        return
    checksums = zip(Arrays._fields, checksums_of(arrays), spec.checksums, strict=True)
    for part, ours, wanted in checksums:
        if ours != wanted:
            raise ValueError(
                f"{origin}: `{part}` of '{spec.name}' must have the SHA-256 {wanted}, received "
                f"{ours} ({len(getattr(arrays, part))} examples). The data were altered or are "
                "another data set."
            )
