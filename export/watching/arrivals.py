"""Images that arrive in a directory, as files."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from client.connection import NoAnswerError, ServingError
from client.image_files import read_images
from client.printable import printable

from watching.watch import Watch

SUFFIXES = (".npy", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
FILES_AT_ONCE = 64
SEEN, REFUSED = "seen", "refused"


def watch_directory(watch: Watch, directory: Path, seconds: float = 1.0) -> None:
    """Shows a `Watch` all images that arrive; without an end.

    Files that were scored are moved to `seen/`, those that can't be to `refused/`. While no server
    answers they wait. A file must arrive whole: written under a name that begins with a dot, then
    renamed.

    Args:
        watch: What looks at the images.
        directory: Where they arrive.
        seconds: How long to wait before looking for files again.

    Raises:
        NotADirectoryError: If there is no such directory.
    """
    for paths in _arriving(directory, seconds):
        try:
            show(watch, paths)
        except NoAnswerError as error:
            print(printable(f"waiting: {error}"), flush=True)
            time.sleep(seconds)


def show(watch: Watch, paths: Sequence[Path]) -> None:
    """Shows the images of these files and moves them to where they belong."""
    try:
        watch.see(_read(paths))
    except NoAnswerError:
        raise
    except (ServingError, ValueError) as error:
        if len(paths) == 1:
            print(printable(f"refused: {paths[0].name}: {error}"), flush=True)
            _move(paths[0], REFUSED)
        else:  # one of them, or they differ in shape
            for path in paths:
                show(watch, [path])
    else:
        for path in paths:
            _move(path, SEEN)


def _arriving(directory: Path, seconds: float) -> Iterator[list[Path]]:
    if not directory.is_dir():
        raise NotADirectoryError(f"INCOMING must be a directory, received {directory}")
    while True:
        found = [
            path
            for path in sorted(directory.iterdir())
            if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
        ]
        for begin in range(0, len(found), FILES_AT_ONCE):
            yield found[begin : begin + FILES_AT_ONCE]
        time.sleep(seconds)


def _read(paths: Sequence[Path]) -> np.ndarray:
    try:
        return read_images(paths)
    except OSError as error:  # as Pillow's of a picture that is none
        raise ValueError(error) from error


def _move(path: Path, place: str) -> None:
    target = path.parent / place
    target.mkdir(exist_ok=True)
    path.replace(target / path.name)
