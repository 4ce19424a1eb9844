"""One run: a model goes through a task sequence and is looked at after every task."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from keras_lifelong_vae.experiments import sequences
from keras_lifelong_vae.experiments.labelled_images import collect
from keras_lifelong_vae.experiments.measurement import NUM_SAMPLES, Judge
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.experiments.run import run
from keras_lifelong_vae.experiments.run_directory import RunDirectory
from keras_lifelong_vae.experiments.setup import prepare
from keras_lifelong_vae.tasks import TaskSequence


def train_sequence(
    sequence: str | TaskSequence,
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
    callbacks: Sequence[keras.callbacks.Callback] = (),
    **options: Any,
) -> Results:
    """Trains through a task sequence; writes results, model and pictures after every task.

    Test images are only looked at, they choose nothing.

    Args:
        sequence: Name of a registered sequence, or your own tasks, each with a test split.
        out: Directory for `results.json`, `model.keras` and the pictures.
        strategy: Name of a registered strategy.
        seed: Seed of everything random.
        num_tasks: How many of the tasks, from the first; all if `None`.
        data_dir: See `keras_lifelong_vae.data.load`.
        source_dir: See `keras_lifelong_vae.data.load`.
        standin: Whether to take a stand-in for a data set that can't be had everywhere.
        overwrite: Whether to replace the results that `out` may hold.
        resume: Whether to go on after the last task that `out` has the results of.
        verbose: As in `keras.Model.fit`.
        callbacks: Of every `fit`; they come before the rollover.
        **options: Of `TrainingOptions`, `LifelongVAE` and the parts of the strategy by dotted
            name, `**{"replay.ratio": 3}`; the sequence's own if left out or `None`.

    Returns:
        What `results.json` holds.

    Raises:
        FileExistsError: If `out` holds results and neither `overwrite` nor `resume` is set.
        ValueError: If a name or an option is unknown or out of range, or a run to resume had
            other options.
        keras_lifelong_vae.data.DataUnavailableError: If the data can't be had.

    Example:

    ```python
    tasks = klv.tasks.from_arrays({"cats": cats, "dogs": dogs})
    results = klv.experiments.train_sequence(tasks, out="runs/mine", epochs=20)
    ```
    """
    if overwrite and resume:
        raise ValueError("`overwrite` must be False with `resume`, received True for both.")
    directory = RunDirectory(Path(out))
    if not (overwrite or resume):
        directory.check_free()
    name, spec = sequences.resolve(sequence, options)
    loading = {"num_tasks": num_tasks, "data_dir": data_dir, "source_dir": source_dir}
    setup = prepare(spec, name, strategy, seed, options, callbacks, standin=standin, **loading)
    begun = directory.resume(setup.results) if resume else None
    if begun is None:
        directory.clear()
    else:
        setup = replace(setup, model=begun[0], results=begun[1])
    judge = Judge(collect(setup.tasks, "test", NUM_SAMPLES), None, seed)
    return run(setup, judge, directory, verbose)
