"""Small data sets in the real formats."""

import dataclasses
import gzip
import struct
from pathlib import Path

import numpy as np

from keras_lifelong_vae.data import tfds_store
from keras_lifelong_vae.data.registry import FASHION_MNIST
from keras_lifelong_vae.data.spec import (
    Arrays,
    Source,
    SourceError,
    TfdsSpec,
    checksums_of,
    in_order,
)

FILE_NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def small_arrays(seed: int = 0, num_train: int = 30, num_test: int = 12) -> Arrays:
    rng = np.random.default_rng(seed)

    def split(size: int) -> tuple[np.ndarray, np.ndarray]:
        return rng.integers(0, 256, (size, 28, 28, 1), np.uint8), rng.integers(0, 10, size)

    return Arrays(*split(num_train), *split(num_test))


def small_spec(
    *sources: Source, arrays: Arrays | None = None, packages: tuple[Source, ...] = ()
) -> TfdsSpec:
    """FashionMNIST as TFDS knows it, but with other images and few of them."""
    checksums = checksums_of(in_order(arrays or small_arrays()))
    return dataclasses.replace(
        FASHION_MNIST, checksums=checksums, sources=sources, packages=packages
    )


def idx_bytes(array: np.ndarray) -> bytes:
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def write_idx_directory(directory: Path, arrays: Arrays, compressed: bool = False) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    for name, array in zip(FILE_NAMES, arrays, strict=True):
        content = idx_bytes(array[..., 0] if array.ndim == 4 else array)
        if compressed:
            (directory / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (directory / name).write_bytes(content)
    return directory


def all_files(directory: Path) -> list[str]:
    return sorted(str(p.relative_to(directory)) for p in directory.rglob("*") if p.is_file())


@dataclasses.dataclass
class GoodSource:
    """A source that has the arrays, and counts how often it was asked."""

    arrays: Arrays = dataclasses.field(default_factory=small_arrays)
    description: str = "a good source"
    asked: int = 0

    def prepare(self, spec: TfdsSpec, staging: Path) -> None:
        self.asked += 1
        tfds_store.store(spec, self.arrays, staging, self.description)


@dataclasses.dataclass
class BadSource:
    """A source that is out of reach, and counts how often it was asked."""

    description: str = "a bad source"
    error: Exception = dataclasses.field(default_factory=lambda: SourceError("the moon is full"))
    asked: int = 0

    def prepare(self, spec: TfdsSpec, staging: Path) -> None:
        self.asked += 1
        (staging / "half-written").write_bytes(b"x" * 100)
        raise self.error
