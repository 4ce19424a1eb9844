"""Has novel images learned as a new task, by `lifelong-vae learn`."""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

import numpy as np


class LearningError(RuntimeError):
    """Nothing was published: an old task became worse than the limit, or something failed."""


class Learner:
    """Learns one task after another, each from the model that learned the last.

        KEEP/TASK/images.npy    what was learned
        KEEP/TASK/model/        model.keras and learned.json

    Tasks are called after the time, `new-20260102-030405`. What was kept is found again after a
    restart.

    Args:
        model: Run directory or `.keras` file of the model that is served.
        export_to: Directory of all served models.
        keep: Where images and models are kept.
        options: More arguments of `lifelong-vae learn`, such as `["--limit", "2"]`.
    """

    def __init__(
        self, model: Path, export_to: Path, keep: Path, options: Sequence[str] = ()
    ) -> None:
        self.model = model
        self.export_to = export_to
        self.keep = keep
        self.options = options

    def learn(self, images: np.ndarray) -> int:
        """Learns images and publishes the model; the number of the version.

        Raises:
            LearningError: If `lifelong-vae learn` says no.
        """
        task = f"new-{datetime.now(timezone.utc):%Y%m%d-%H%M%S}"
        model, place = self.newest(), self.keep / task
        place.mkdir(parents=True)
        np.save(place / ".images.npy", images)
        data = (place / ".images.npy").replace(place / "images.npy")
        command = ["learn", model, data, "--task", task, "--out", place / "model"]
        command += ["--export-to", self.export_to, *self.options]
        program = [sys.executable, "-m", "keras_lifelong_vae"]
        ended = subprocess.run([*program, *map(str, command)], check=False)
        published = _published(place / "model")
        if ended.returncode or published is None:
            raise LearningError(f"{task} was not learned or not published; see above and {place}")
        return int(Path(published).name)

    def newest(self) -> Path:
        """The model that was published last, or the one that all began with."""
        known = [place for place in sorted(self.keep.glob("new-*/model")) if _published(place)]
        return known[-1] if known else self.model


def _published(model: Path) -> str | None:
    told = model / "learned.json"
    return json.loads(told.read_text(encoding="utf-8"))["published"] if told.is_file() else None
