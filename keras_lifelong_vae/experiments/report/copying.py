"""The small part of a grid, enough to make its report again."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from keras_lifelong_vae.experiments.report.contents import Contents
from keras_lifelong_vae.experiments.report.mosaics import shown_images
from keras_lifelong_vae.files import write_atomically

FILES = ("cells/*/results.json", "classifier-*/classifier.json")


def copy_small_part(contents: Contents, to: Path) -> None:
    """Copies settings, results, the classifiers' figures and the images that are drawn.

    Raises:
        ValueError: If `to` is of other settings or has runs that the grid lacks: its report would
            not be that of the grid.
    """
    _check_free(contents, to)
    grid = contents.directory
    for name in contents.strategies:
        found = contents.specimens(name)
        if found:
            save = partial(np.savez_compressed, **shown_images(name, found[1]))  # type: ignore[arg-type]
            _write(to / found[1].relative_to(grid), save)
    for pattern in ("grid.json", *FILES):
        for path in grid.glob(pattern):
            text = json.dumps(json.loads(path.read_text())) + "\n"
            _write(to / path.relative_to(grid), lambda new, text=text: new.write_text(text))  # type: ignore[misc]


def _write(target: Path, write: Callable[[Path], object]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, write)


def _check_free(contents: Contents, to: Path) -> None:
    settings = to / "grid.json"
    if settings.exists() and json.loads(settings.read_text()) != contents.settings:
        raise ValueError(
            "`to` must be a new directory or a copy of the same grid, received "
            f"{to} with a grid.json of other settings."
        )
    for pattern in FILES:
        for path in sorted(to.glob(pattern)):
            name = path.relative_to(to)
            if not (contents.directory / name).exists():
                raise ValueError(
                    "`to` must be a new directory or a copy of the same grid, received "
                    f"{to} with {name}, which {contents.directory} has not."
                )
