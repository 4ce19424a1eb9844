"""The files a data set is published as, in a directory of this machine."""

from dataclasses import dataclass
from pathlib import Path

from keras_lifelong_vae.data import tfds_store
from keras_lifelong_vae.data.checksums import in_order, verify
from keras_lifelong_vae.data.spec import Arrays, TfdsSpec


@dataclass(frozen=True)
class Directory:
    """A directory that holds the published files, such as the IDX files of MNIST."""

    path: Path

    @property
    def description(self) -> str:
        """What the user reads about it."""
        return f"files in {self.path}"

    def prepare(self, spec: TfdsSpec, staging: Path) -> None:
        """Reads, verifies and stores the files, see `Source`."""
        store_directory(spec, self.path, self.description, staging)


def read_verified(spec: TfdsSpec, directory: Path, origin: str) -> Arrays:
    """Reads the files of `spec` in `directory`, in their order; errors call them `origin`.

    Raises:
        OSError: If files are missing or can't be read.
        ValueError: If they are damaged or are not the data set.
    """
    arrays = spec.read_directory(directory)
    verify(in_order(arrays), spec, origin)
    return arrays


def store_directory(spec: TfdsSpec, directory: Path, origin: str, staging: Path) -> None:
    """Prepares the files in `directory` for TFDS in `staging`."""
    tfds_store.store(spec, read_verified(spec, directory, origin), staging, origin)
