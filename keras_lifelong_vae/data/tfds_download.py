"""TFDS's own download, asked only where its host answers."""

import queue
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from keras_lifelong_vae.data import tfds_store
from keras_lifelong_vae.data.spec import SourceError, TfdsSpec


@dataclass(frozen=True)
class TfdsDownload:
    """Lets TFDS download and prepare the data set if the host of `url`, one of its files, answers.

    TFDS itself would try for minutes where a host is out of reach.
    """

    url: str
    description = "TFDS's own download"

    def prepare(self, spec: TfdsSpec, staging: Path) -> None:
        """Downloads into `staging`, see `Source`."""
        reason = why_unreachable(self.url)
        if reason is not None:
            raise SourceError(reason)
        try:
            tfds_store.download(spec, staging)
        except Exception as error:
            raise SourceError(f"{type(error).__name__}: {error}") from error


def why_unreachable(url: str, seconds: float = 5.0) -> str | None:
    """Returns why the file `url` can't be had, or `None` if it can.

    The operating system's name look-up has no time limit of its own, so it runs in a thread that
    is left behind after `seconds`.
    """
    answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    thread = threading.Thread(target=lambda: answers.put(_ask(url, seconds)), daemon=True)
    thread.start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return f"{url} did not answer within {seconds:g} s"


def _ask(url: str, seconds: float) -> str | None:
    request = urllib.request.Request(url, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=seconds):
            return None
    except urllib.error.HTTPError as error:
        return f"{url} answered {error.code} {error.reason}"
    except Exception as error:
        return f"{url} can't be reached: {getattr(error, 'reason', error)}"
