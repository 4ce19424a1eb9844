"""What is known of a run: the content of `results.json`."""

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from keras_lifelong_vae.experiments import environment
from keras_lifelong_vae.experiments.files import write_atomically
from keras_lifelong_vae.metrics import mean_final


@dataclass(frozen=True)
class Results:
    """The results of one run, finished or not; immutable.

    Args:
        sequence: Name of the task sequence.
        strategy: Name of the strategy.
        seed: Seed of everything random.
        epochs: Epochs per task.
        tasks: Names of the n tasks.
        test_sizes: Number of test images of each task.
        config: Every option used.
        negative_elbo: R, one row per finished task: R[i][j] in nats per image after task i on the
            test set of task j; square at the end.
        mean_negative_elbo: At the end, in nats per image over all test images of all tasks;
            `None` before.
        training_images: Number of real images seen in training, each epoch counted.
        train_seconds: Time spent in `fit`: training, validation, tracing and compiling.
        images_per_second: Their ratio.
        peak_rss_mb: The most memory the process has held, in MiB.
        versions: Of Python and the packages used.
        finished: Whether all tasks are.
    """

    sequence: str
    strategy: str
    seed: int
    epochs: int
    tasks: list[str]
    test_sizes: list[int]
    config: dict[str, Any]
    negative_elbo: list[list[float]] = field(default_factory=list)
    mean_negative_elbo: float | None = None
    training_images: int = 0
    train_seconds: float = 0.0
    images_per_second: float = 0.0
    peak_rss_mb: float = 0.0
    versions: dict[str, str] = field(default_factory=environment.versions)
    finished: bool = False

    def after_task(self, row: list[float], training_images: int, seconds: float) -> "Results":
        """The results with one more task: its row of R, its images seen, its time in `fit`."""
        matrix = [*self.negative_elbo, row]
        finished = len(matrix) == len(self.tasks)
        images = self.training_images + training_images
        total = self.train_seconds + seconds
        return replace(
            self,
            negative_elbo=matrix,
            mean_negative_elbo=mean_final(matrix, self.test_sizes) if finished else None,
            training_images=images,
            train_seconds=total,
            images_per_second=images / total,
            peak_rss_mb=max(self.peak_rss_mb, environment.peak_rss_mb()),
            finished=finished,
        )

    def write(self, path: Path) -> None:
        """Writes the results as JSON, the whole file or nothing."""
        text = json.dumps(asdict(self), indent=2) + "\n"
        write_atomically(path, lambda temporary: temporary.write_text(text))

    @classmethod
    def read(cls, path: Path) -> "Results":
        """Reads what `write` wrote."""
        return cls(**json.loads(path.read_text()))
