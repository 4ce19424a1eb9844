"""One run: a model goes through a task sequence and is looked at after every task."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from keras_lifelong_vae.experiments import sequences
from keras_lifelong_vae.experiments.labelled_images import collect
from keras_lifelong_vae.experiments.measurement import NUM_SAMPLES, Judge
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.experiments.run import run
from keras_lifelong_vae.experiments.run_directory import RunDirectory
from keras_lifelong_vae.experiments.setup import prepare


def train_sequence(
    sequence: str,
    out: sequences.PathLike,
    strategy: str = "lifelong",
    seed: int = 0,
    num_tasks: int | None = None,
    data_dir: sequences.PathLike | None = None,
    source_dir: sequences.PathLike | None = None,
    standin: bool = False,
    overwrite: bool = False,
    resume: bool = False,
    verbose: int = 1,
    **options: Any,
) -> Results:
    """Trains through a task sequence; writes results, model and pictures after every task.

    Test images are only looked at, they choose nothing.

    Args:
        sequence: One of `sequences.SEQUENCES`.
        out: Directory for `results.json`, `model.keras` and the pictures.
        strategy: One of `keras_lifelong_vae.strategies.STRATEGIES`.
        seed: Seed of everything random.
        num_tasks: How many of the tasks, from the first; all if `None`.
        data_dir: See `keras_lifelong_vae.data.load`.
        source_dir: See `keras_lifelong_vae.data.load`.
        standin: Whether to take a stand-in for a data set that can't be had everywhere.
        overwrite: Whether to replace the results that `out` may hold.
        resume: Whether to go on after the last task that `out` has the results of.
        verbose: As in `keras.Model.fit`.
        **options: Of `TrainingOptions` and `LifelongVAE`; the sequence's own if left out or
            `None`.

    Returns:
        What `results.json` holds.

    Raises:
        FileExistsError: If `out` holds results and neither `overwrite` nor `resume` is set.
        ValueError: If a name or an option is unknown or out of range, or a run to resume had
            other options.
        keras_lifelong_vae.data.DataUnavailableError: If the data can't be had.
    """
    if overwrite and resume:
        raise ValueError("`overwrite` must be False with `resume`, received True for both.")
    directory = RunDirectory(Path(out))
    if not (overwrite or resume):
        directory.check_free()
    loading = {"num_tasks": num_tasks, "data_dir": data_dir, "source_dir": source_dir}
    setup = prepare(sequence, strategy, seed, options, standin=standin, **loading)
    begun = directory.resume(setup.results) if resume else None
    if begun is None:
        directory.clear()
    else:
        setup = replace(setup, model=begun[0], results=begun[1])
    judge = Judge(collect(setup.tasks, "test", NUM_SAMPLES), None, seed)
    return run(setup, judge, directory, verbose)
