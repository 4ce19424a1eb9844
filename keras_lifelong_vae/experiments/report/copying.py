"""The small part of a grid, enough to make its report again."""

import json
import shutil
from pathlib import Path

from keras_lifelong_vae.experiments.report.contents import Contents
from keras_lifelong_vae.files import write_atomically


def copy_small_part(contents: Contents, to: Path) -> None:
    """Copies settings, results, the classifiers' figures and the images that are drawn.

    Raises:
        ValueError: If `to` is of other settings or has runs that the grid lacks: its report would
            not be that of the grid.
    """
    _check_free(contents, to)
    grid = contents.directory
    drawn = [contents.specimens(name) for name in contents.strategies]
    paths = [
        grid / "grid.json",
        *sorted(grid.glob("classifier-*/classifier.json")),
        *sorted(grid.glob("cells/*/results.json")),
        *(found[1] for found in drawn if found),
    ]
    for path in paths:
        _copy(path, to / path.relative_to(grid))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, lambda temporary: shutil.copyfile(source, temporary))


def _check_free(contents: Contents, to: Path) -> None:
    settings = to / "grid.json"
    if settings.exists() and json.loads(settings.read_text()) != contents.settings:
        raise ValueError(
            "`to` must be a new directory or a copy of the same grid, received "
            f"{to} with a grid.json of other settings."
        )
    for pattern in ("cells/*/results.json", "classifier-*/classifier.json"):
        for path in sorted(to.glob(pattern)):
            name = path.relative_to(to)
            if not (contents.directory / name).exists():
                raise ValueError(
                    "`to` must be a new directory or a copy of the same grid, received "
                    f"{to} with {name}, which {contents.directory} has not."
                )
