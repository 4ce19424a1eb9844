"""TFDS's own download."""

from dataclasses import dataclass
from pathlib import Path

from keras_lifelong_vae.data import tfds_store
from keras_lifelong_vae.data.reachability import why_unreachable
from keras_lifelong_vae.data.source import SourceError
from keras_lifelong_vae.data.spec import TfdsSpec


@dataclass(frozen=True)
class TfdsDownload:
    """Lets TFDS download and prepare the data set if its host answers.

    TFDS itself tries for minutes where a host is out of reach, so it is asked for first.

    Args:
        url: One of the files TFDS would download.
    """

    url: str

    @property
    def description(self) -> str:
        """What the user reads about it."""
        return "TFDS's own download"

    def prepare(self, spec: TfdsSpec, staging: Path) -> None:
        """Downloads into `staging`, see `Source`."""
        reason = why_unreachable(self.url)
        if reason is not None:
            raise SourceError(reason)
        try:
            tfds_store.download(spec, staging)
        except Exception as error:
            raise SourceError(f"{type(error).__name__}: {error}") from error
