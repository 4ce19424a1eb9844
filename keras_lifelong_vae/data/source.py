"""A way to get a data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from keras_lifelong_vae.data.spec import TfdsSpec


class SourceError(Exception):
    """A source is out of reach here; the message says why."""


class Source(Protocol):
    """A place a data set comes from; sources know nothing of each other."""

    @property
    def description(self) -> str:
        """What the user reads about it."""

    def prepare(self, spec: TfdsSpec, staging: Path) -> None:
        """Leaves the data set prepared for TFDS in the directory `staging`.

        Args:
            spec: The data set.
            staging: A TFDS `data_dir` that is thrown away unless all went well.

        Raises:
            SourceError: If the source is out of reach here.
            OSError: If files are missing or can't be read.
            ValueError: If what came is not the data set.
        """
