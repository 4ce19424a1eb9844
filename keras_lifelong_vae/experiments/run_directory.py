"""The directory a run writes to: what it holds, and whether a run may begin or go on there."""

import os
import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from keras_lifelong_vae.experiments.options import differences
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.files import locked, write_atomically
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.plots.grids import save
from keras_lifelong_vae.saved_file import load_model

PICTURES = ("samples-*.png", "reconstructions-*.png", "negative-elbo.png")


@dataclass(frozen=True)
class RunDirectory:
    """`results.json`, `model.keras` and the pictures of one run."""

    path: Path

    @property
    def results_path(self) -> Path:
        return self.path / "results.json"

    @property
    def model_path(self) -> Path:
        return self.path / "model.keras"

    @property
    def _pending_path(self) -> Path:
        return self.path / "model.pending.keras"

    def results(self) -> Results | None:
        """The results, with the model of the same moment beside them; `None` if there are none."""
        if not self.results_path.exists():
            return None
        results = Results.read(self.results_path)
        self._settle(results)
        return results

    @property
    def checkpoint_path(self) -> Path:
        return self.path / "checkpoint"

    def locked(self) -> AbstractContextManager[None]:
        """Keeps other processes out while it is entered; raises `ValueError` if one is inside."""
        return locked(self.path, "out")

    def check_free(self) -> None:
        """Raises `FileExistsError` if there is a finished run, or a model without results."""
        results = self.results_path.exists() and Results.read(self.results_path)
        if (results and results.finished) or (self.model_path.exists() and not results):
            raise FileExistsError(
                f"{self.path} must hold no finished run yet, received a directory with "
                f"{self.results_path.name if results else self.model_path.name}. Choose another "
                "one with --out, or replace what is there with --overwrite."
            )

    def clear(self, keep_checkpoints: bool = False) -> None:
        """Makes the directory, or removes what an earlier run has left in it."""
        self.path.mkdir(parents=True, exist_ok=True)
        names = (path.name for path in (self.results_path, self.model_path, self._pending_path))
        for pattern in (*names, *PICTURES):
            for path in self.path.glob(pattern):
                path.unlink()
        if not keep_checkpoints:
            self._remove_checkpoints()

    def _remove_checkpoints(self) -> None:
        shutil.rmtree(self.checkpoint_path, ignore_errors=True)

    def save(self, model: LifelongVAE, results: Results) -> None:
        """Writes both so that one killed in between loses nothing: the results say which counts."""
        write_atomically(self._pending_path, model.save)
        results.write(self.results_path)
        os.replace(self._pending_path, self.model_path)
        if results.finished:
            self._remove_checkpoints()

    def _settle(self, results: Results) -> None:
        """Ends a `save` that was killed: the model is kept if the results were written, too."""
        if not self._pending_path.exists():
            return
        model = load_model(self._pending_path)
        if int(model.finished_tasks) == len(results.negative_elbo):
            os.replace(self._pending_path, self.model_path)
        else:
            self._pending_path.unlink()

    def save_picture(self, figure: Figure, name: str) -> None:
        """Writes `name`.png."""
        save(figure, self.path / f"{name}.png")

    def resume(self, fresh: Results) -> tuple[LifelongVAE, Results] | None:
        """Loads the run as it was after its last finished task, `None` if it finished none.

        Args:
            fresh: The results that a run with the present options begins with.

        Raises:
            ValueError: If that run had other options, or results and model don't match.
        """
        results = self.results()
        if results is None:
            self.check_free()
            return None
        results.check_finite(self.results_path)
        differing = differences(_options(results), _options(fresh))
        if differing:
            raise ValueError(
                f"{self.path} must hold no unfinished run with other options, received other "
                f"values of {differing}. Replace it with --overwrite."
            )
        if not results.negative_elbo:
            return None
        model = load_model(self.model_path, others=sorted(self.path.glob("*.keras")))
        if int(model.finished_tasks) != len(results.negative_elbo):
            raise ValueError(
                f"{os.fspath(self.path)} must hold results and model of one moment, received "
                f"{len(results.negative_elbo)} and {int(model.finished_tasks)} finished tasks: one "
                "of them was replaced. Remove that directory to start the run again."
            )
        return model, results


def _options(results: Results) -> dict[str, object]:
    names = ("sequence", "strategy", "seed", "tasks")
    return {**{name: getattr(results, name) for name in names}, **results.config}
