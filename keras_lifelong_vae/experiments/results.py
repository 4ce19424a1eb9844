"""What is known of a run: the content of `results.json`."""

import datetime
import json
import math
import platform
import resource
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from keras_lifelong_vae.experiments import results_file
from keras_lifelong_vae.files import write_atomically
from keras_lifelong_vae.version import __version__


def versions() -> dict[str, str]:
    """The versions of Python and of the packages that figures may depend on."""
    return {
        "python": platform.python_version(),
        "keras_lifelong_vae": __version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "tensorflow_probability": tfp.__version__,
        "tensorflow_datasets": version("tensorflow-datasets"),
        "numpy": np.__version__,
    }


def peak_rss_mb() -> float:
    """The most memory this process has held so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)  # macOS counts in bytes


def seen_tasks(finished_stages: int, stages: int, tasks: int) -> int:
    """How many tasks so many stages cover: one each, or the last one all of them."""
    return tasks if finished_stages == stages else finished_stages


@dataclass(frozen=True)
class Results:
    """The results of one run, finished or not; immutable.

    Args:
        sequence: Name of the task sequence.
        strategy: Name of the strategy.
        seed: Seed of everything random.
        epochs: Epochs per task.
        tasks: Names of the n tasks.
        stages: Names of what is fitted, one after another; for most strategies the tasks.
        test_sizes: Number of test images of each task.
        config: Every option used.
        keeps: What the strategy has in memory besides the model that learns.
        negative_elbo: R, one row per finished stage: R[i, j] in nats per image after stage i on
            the test set of task j; square at the end where stages are tasks.
        measurements: A `Measurement` per finished stage.
        history: -ELBO on the stage's validation images after each epoch, with the number of real
            images seen by then.
        mean_negative_elbo: At the end, in nats per image over all test images of all tasks;
            `None` before.
        importance_weighted: At the end, the importance-weighted bound in nats per image, of how
            many samples, on how many test images; `None` if it was not asked for.
        learned_prior: At the end, figures under a learned prior, see `measure_learned_prior`;
            `None` if there is none or it was not asked for.
        accuracy: At the end, see `class_incremental_accuracy`; `None` where categories are not
            those of classes, one a task.
        training_images: Number of real images seen in training, each epoch counted.
        train_seconds: Time spent in `fit`: training, validation, tracing and compiling.
        images_per_second: Their ratio.
        peak_rss_mb: The most memory the process has held, in MiB.
        parameters: Number of weights held at the end, the student's and all that the strategy
            keeps; `None` if it was not written down.
        versions: Of Python and the packages used.
        finished: Whether all stages are.
        date: ISO day on which the last finished stage was; empty if it was not written down.
    """

    sequence: str
    strategy: str
    seed: int
    epochs: int
    tasks: list[str]
    stages: list[str]
    test_sizes: list[int]
    config: dict[str, Any]
    keeps: str = "nothing"
    negative_elbo: list[list[float]] = field(default_factory=list)
    mean_negative_elbo: float | None = None
    measurements: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, float]] = field(default_factory=list)
    importance_weighted: dict[str, float] | None = None
    learned_prior: dict[str, Any] | None = None
    accuracy: dict[str, float] | None = None
    training_images: int = 0
    train_seconds: float = 0.0
    images_per_second: float = 0.0
    peak_rss_mb: float = 0.0
    parameters: int | None = None
    versions: dict[str, str] = field(default_factory=versions)
    finished: bool = False
    date: str = ""

    @property
    def seen_tasks(self) -> int:
        """How many tasks the finished stages cover."""
        return seen_tasks(len(self.negative_elbo), len(self.stages), len(self.tasks))

    def after_stage(
        self,
        row: list[float],
        training_images: int,
        seconds: float,
        measurement: dict[str, Any] | None = None,
        validation: Sequence[float] = (),
    ) -> "Results":
        """The results with one more stage: its row of R, real images seen, seconds in `fit`, and
        -ELBO on the validation images after each epoch.
        """
        matrix = [*self.negative_elbo, row]
        finished = len(matrix) == len(self.stages)
        mean = float(np.average(row, weights=self.test_sizes)) if finished else None
        images, total = self.training_images + training_images, self.train_seconds + seconds
        per_epoch = training_images / max(len(validation), 1)
        epochs = [
            {"images": self.training_images + per_epoch * (i + 1), "negative_elbo": bound}
            for i, bound in enumerate(validation)
        ]
        return replace(
            self,
            negative_elbo=matrix,
            mean_negative_elbo=mean,
            measurements=[*self.measurements, measurement or {}],
            history=[*self.history, *epochs],
            training_images=images,
            train_seconds=total,
            images_per_second=images / total,
            peak_rss_mb=max(self.peak_rss_mb, peak_rss_mb()),
            finished=finished,
            date=datetime.date.today().isoformat(),
        )

    def write(self, path: Path) -> None:
        """Writes the results as JSON, the whole file or nothing."""
        text = json.dumps(asdict(self), indent=2) + "\n"
        write_atomically(path, lambda temporary: temporary.write_text(text))

    @classmethod
    def read(cls, path: Path) -> "Results":
        """Reads what `write` wrote.

        Raises:
            ValueError: If the file is damaged, see `results_file.read`; it names file and key.
        """
        return cls(**results_file.read(path))

    def check_finite(self, path: Path) -> None:
        """Raises `ValueError` if a figure, read from `path`, is NaN or infinite: none goes on."""
        for i, row in enumerate(self.negative_elbo):
            for j, value in enumerate(row):
                if not math.isfinite(value):
                    raise ValueError(
                        f"{path} must hold finite figures of a run that goes on, received "
                        f"{value} for `negative_elbo[{i}][{j}]`: it has diverged or the file is "
                        "damaged. No file was changed."
                    )
