"""One run: a model goes through a task sequence and is looked at after every task."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras

from keras_lifelong_vae.callbacks import TeacherRollover
from keras_lifelong_vae.experiments.album import draw_pictures
from keras_lifelong_vae.experiments.labelled_images import collect
from keras_lifelong_vae.experiments.measurement import NUM_SAMPLES, Judge
from keras_lifelong_vae.experiments.results import Results, seen_tasks
from keras_lifelong_vae.experiments.run_directory import RunDirectory
from keras_lifelong_vae.experiments.sequences import PathLike
from keras_lifelong_vae.experiments.setup import Setup, prepare
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.metrics import forgetting, mean_final
from keras_lifelong_vae.strategies import Strategy
from keras_lifelong_vae.tasks import Task, TaskSequence

Callbacks = Sequence[keras.callbacks.Callback]


def train_sequence(
    sequence: str | TaskSequence,
    out: PathLike,
    strategy: str | Strategy = "lifelong",
    seed: int = 0,
    num_tasks: int | None = None,
    data_dir: PathLike | None = None,
    source_dir: PathLike | None = None,
    standin: bool = False,
    overwrite: bool = False,
    resume: bool = False,
    verbose: int = 1,
    callbacks: Callbacks = (),
    name: str = "own",
    **options: Any,
) -> Results:
    """Trains through a task sequence; writes results, model and pictures after every task.

    Test images are only looked at, they choose nothing.

    Args:
        sequence: One of `sequences.names()`, or tasks of your own, with test images each.
        out: Directory for `results.json`, `model.keras` and the pictures.
        strategy: One of `strategies.names()`, or a `Strategy` of your own.
        seed: Seed of everything random.
        num_tasks: How many of the tasks, from the first; all if `None`.
        data_dir: See `keras_lifelong_vae.data.load`.
        source_dir: See `keras_lifelong_vae.data.load`.
        standin: Whether to take a stand-in for a data set that can't be had everywhere.
        overwrite: Whether to replace the results that `out` may hold.
        resume: Whether to go on after the last task that `out` has the results of.
        verbose: As in `keras.Model.fit`.
        callbacks: For every `fit`; called before the `TeacherRollover` that ends the task.
        name: What the results call tasks of your own.
        **options: Of `TrainingOptions` and the model, such as `latent_dim=8` or, of a part of the
            strategy, `**{"replay.ratio": 3}`; the sequence's own if left out or `None`.

    Returns:
        What `results.json` holds.

    Raises:
        FileExistsError: If `out` holds results and neither `overwrite` nor `resume` is set.
        ValueError: If a name or an option is unknown or out of range, or a run to resume had
            other options.
        keras_lifelong_vae.data.DataUnavailableError: If the data can't be had.

    Example:

    ```python
    tasks = klv.tasks.from_arrays({"a": {"train": a, "test": a_test}, "b": {...}})
    results = train_sequence(tasks, "runs/mine", "ewc", epochs=5, **{"ewc.weight": 10.0})
    ```
    """
    if overwrite and resume:
        raise ValueError("`overwrite` must be False with `resume`, received True for both.")
    directory = RunDirectory(Path(out))
    if not (overwrite or resume):
        directory.check_free()
    loading = {"num_tasks": num_tasks, "data_dir": data_dir, "source_dir": source_dir}
    setup = prepare(sequence, strategy, seed, options, name, standin=standin, **loading)
    setup = begin(setup, directory, resume)
    judge = Judge(collect(setup.tasks, "test", NUM_SAMPLES), None, seed)
    return run(setup, judge, directory, callbacks, verbose)


def begin(setup: Setup, directory: RunDirectory, resume: bool) -> Setup:
    """Makes room for a run; to resume is to go on with what the directory holds, if anything."""
    begun = directory.resume(setup.results) if resume else None
    if begun is None:
        directory.clear()
        return setup
    return replace(setup, model=begun[0], results=begun[1])


def run(
    setup: Setup,
    judge: Judge,
    directory: RunDirectory,
    callbacks: Callbacks = (),
    verbose: int = 1,
    pictures: bool = True,
    finish: Callable[[Results], Results] = lambda results: results,
) -> Results:
    """Goes on with a run until all its stages are finished.

    Args:
        setup: What is trained, from the first stage that its results lack.
        judge: Measures the model on test images after each stage.
        directory: Where results, model and, if wanted, pictures are written.
        callbacks: For every `fit`.
        verbose: As in `keras.Model.fit`.
        pictures: Whether to draw them.
        finish: What is still done before the last stage counts as finished.
    """
    model, results, number = setup.model, setup.results, len(setup.stages)
    for i in range(len(results.negative_elbo), number):
        if verbose:
            print(f"Task {i + 1} of {number}, {setup.stages.names[i]}:")
        known = seen_tasks(i, number, len(setup.tasks)) if i else 0
        teachers = judge.categories(model, known) if known else None
        start = time.perf_counter()
        history = _fit(model, setup.stages[i], results.epochs, callbacks, verbose)
        seconds = time.perf_counter() - start
        images = len(history.epoch) * _images_per_epoch(setup.stages[i])
        row = [_negative_elbo(model, task) for task in setup.tasks]
        measured = judge.measure(model, seen_tasks(i + 1, number, len(setup.tasks)), teachers)
        validation = [float(bound) for bound in history.history.get("val_negative_elbo", [])]
        results = results.after_stage(row, images, seconds, asdict(measured), validation)
        if results.finished:
            results = finish(replace(results, parameters=model.count_parameters()))
        directory.save(model, results)
        if pictures:
            draw_pictures(model, setup.tasks, results, directory)
        print(_line(results, seconds), flush=True)
    return results


def _fit(
    model: LifelongVAE, task: Task, epochs: int, callbacks: Callbacks, verbose: int
) -> keras.callbacks.History:
    return model.fit(
        task.train,
        epochs=epochs,
        validation_data=task.validation,
        callbacks=[*callbacks, TeacherRollover()],
        verbose=verbose,
        shuffle=False,  # the task has shuffled already
    )


def _images_per_epoch(task: Task) -> int:
    """How many real images are in batches; those of a task that does not know it are counted."""
    size, steps = task.train.element_spec.shape[0], task.steps_per_epoch
    if size is not None and steps is not None:
        return size * steps
    return task.num_train or sum(len(batch) for batch in task.train)


def _negative_elbo(model: LifelongVAE, task: Task) -> float:
    """-ELBO in nats per image on the test set."""
    return float(model.evaluate(task.test, verbose=0, return_dict=True)["negative_elbo"])


def _line(results: Results, seconds: float) -> str:
    stage, matrix = len(results.negative_elbo), results.negative_elbo
    line = f"Task {stage} of {len(results.stages)}, {results.stages[stage - 1]}: -ELBO"
    if stage == len(results.stages) and results.stages != results.tasks:
        return f"{line} {results.mean_negative_elbo:.2f} nats per test image ({seconds:.0f} s)"
    line += f" {matrix[-1][stage - 1]:.2f} nats per test image"
    if stage > 1:
        mean, forgot = mean_final(matrix, results.test_sizes), forgetting(matrix)[:-1].mean()
        line += f"; all {stage} tasks {mean:.2f}, the earlier ones {forgot:+.2f} since learned"
    return f"{line} ({seconds:.0f} s)"
