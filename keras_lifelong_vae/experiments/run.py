"""One run: a model goes through a task sequence and is looked at after every task."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras

from keras_lifelong_vae.callbacks import (
    SAVE_FREQ,
    SequenceCheckpoint,
    TeacherRollover,
    check_save_freq,
)
from keras_lifelong_vae.experiments.album import draw_pictures
from keras_lifelong_vae.experiments.labelled_images import collect
from keras_lifelong_vae.experiments.measurement import NUM_SAMPLES, Judge
from keras_lifelong_vae.experiments.results import Results, seen_tasks
from keras_lifelong_vae.experiments.run_directory import RunDirectory
from keras_lifelong_vae.experiments.sequences import PathLike
from keras_lifelong_vae.experiments.setup import Setup, prepare
from keras_lifelong_vae.experiments.tensor_board import (
    TensorBoardLog,
    check_tensorboard,
    tensor_board_log,
)
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.metrics import forgetting, mean_final
from keras_lifelong_vae.strategies import Strategy
from keras_lifelong_vae.tasks import Task, TaskSequence

Callbacks = Sequence[keras.callbacks.Callback]
# What makes those of one run from its directory: a comparison has many runs.
CallbacksOrMaker = Callbacks | Callable[[Path], Callbacks]


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
    save_freq: int | str = SAVE_FREQ,
    verbose: int = 1,
    callbacks: CallbacksOrMaker = (),
    name: str = "own",
    tensorboard: PathLike | None = None,
    **options: Any,
) -> Results:
    """Trains through a task sequence; writes results, model and pictures after every task.

    A run that was killed goes on when it is called again with the same options, from its last
    checkpoint and with the same figures. Test images are only looked at, they choose nothing.

    Args:
        sequence: One of `sequences.names()`, or tasks of your own, with test images each.
        out: Directory for `results.json`, `model.keras` and the pictures.
        strategy: One of `strategies.names()`, or a `Strategy` of your own.
        seed: Seed of everything random.
        num_tasks: How many of the tasks, from the first; all if `None`.
        data_dir: See `keras_lifelong_vae.data.load`.
        source_dir: See `keras_lifelong_vae.data.load`.
        standin: Whether to take a stand-in for a data set that can't be had everywhere.
        overwrite: Whether to replace the run that `out` may hold.
        save_freq: Training steps between two checkpoints, or "epoch".
        verbose: As in `keras.Model.fit`.
        callbacks: For every `fit`; called before the `TeacherRollover` that ends the task. Or a
            function of the run's directory that returns them.
        name: What the results call tasks of your own.
        tensorboard: Directory for TensorBoard, see `TensorBoardLog`; nothing is written if `None`.
        **options: Of `TrainingOptions` and the model, such as `latent_dim=8` or, of a part of the
            strategy, `**{"replay.ratio": 3}`; the sequence's own if left out or `None`.

    Returns:
        What `results.json` holds.

    Raises:
        FileExistsError: If `out` holds a finished run, or a model of unknown origin.
        ValueError: If a name or an option is unknown or out of range, `out` holds an unfinished
            run with other options, or another process is running there.
        ImportError: If `tensorboard` is given and the package is not there.
        keras_lifelong_vae.data.DataUnavailableError: If the data can't be had.

    Example:

    ```python
    tasks = klv.tasks.from_arrays({"a": {"train": a, "test": a_test}, "b": {...}})
    results = train_sequence(tasks, "runs/mine", "ewc", epochs=5, **{"ewc.weight": 10.0})
    ```
    """
    check_save_freq(save_freq)
    check_tensorboard(tensorboard)
    directory = RunDirectory(Path(out))
    if not overwrite:
        directory.check_free()
    loading = {"num_tasks": num_tasks, "data_dir": data_dir, "source_dir": source_dir}
    setup = prepare(sequence, strategy, seed, options, name, standin=standin, **loading)
    judge = Judge(collect(setup.tasks, "test", NUM_SAMPLES), None, seed)
    with directory.locked():
        setup = begin(setup, directory, overwrite)
        log = tensor_board_log(tensorboard, setup.results)
        return run(setup, judge, directory, callbacks, verbose, save_freq=save_freq, log=log)


def begin(setup: Setup, directory: RunDirectory, overwrite: bool = False) -> Setup:
    """Goes on with the unfinished run that the directory may hold, or makes room for a new one."""
    begun = None if overwrite else directory.resume(setup.results)
    if begun is None:
        directory.clear(keep_checkpoints=not overwrite)
        setup.results.write(directory.results_path)  # no figures yet, but the options
        return setup
    return replace(setup, model=begun[0], results=begun[1])


def run(
    setup: Setup,
    judge: Judge,
    directory: RunDirectory,
    callbacks: CallbacksOrMaker = (),
    verbose: int = 1,
    pictures: bool = True,
    finish: Callable[[Results], Results] = lambda results: results,
    save_freq: int | str = SAVE_FREQ,
    log: TensorBoardLog | None = None,
) -> Results:
    """Goes on with a run until all its stages are finished.

    Args:
        setup: What is trained, from the first stage that its results lack.
        judge: Measures the model on test images after each stage.
        directory: Where results, model and, if wanted, pictures are written.
        callbacks: See `train_sequence`.
        verbose: As in `keras.Model.fit`.
        pictures: Whether to draw them.
        finish: What is still done before the last stage counts as finished.
        save_freq: See `SequenceCheckpoint`.
        log: What is told of each stage, besides each epoch.
    """
    model, results, number = setup.model, setup.results, len(setup.stages)
    first = len(results.negative_elbo)
    checkpoint = SequenceCheckpoint(directory.checkpoint_path, save_freq, first, verbose=0)
    own = _callbacks(callbacks, directory.path)
    for i in range(first, number):
        if verbose:
            print(f"Task {i + 1} of {number}, {setup.stages.names[i]}:")
        known = seen_tasks(i, number, len(setup.tasks)) if i else 0
        teachers = judge.categories(model, known) if known else None
        each = [*own, *([log] if log else []), TeacherRollover(), checkpoint]
        history = _fit(model, setup.stages[i], results.epochs, each, verbose)
        seconds = checkpoint.seconds
        images = len(history.epoch) * _images_per_epoch(setup.stages[i])
        row = [_negative_elbo(model, task) for task in setup.tasks]
        measured = judge.measure(model, seen_tasks(i + 1, number, len(setup.tasks)), teachers)
        validation = [float(bound) for bound in history.history.get("val_negative_elbo", [])]
        results = results.after_stage(row, images, seconds, asdict(measured), validation)
        if results.finished:
            results = finish(replace(results, parameters=model.count_parameters()))
        if log:
            log.after_stage(model, setup.tasks, results)
        if pictures:
            draw_pictures(model, setup.tasks, results, directory)
        directory.save(model, results)  # last: what it says is finished has all its files
        print(_line(results, seconds), flush=True)
    return results


def _callbacks(callbacks: CallbacksOrMaker, directory: Path) -> Callbacks:
    own = callbacks(directory) if callable(callbacks) else callbacks
    for one in own:
        if not isinstance(one, keras.callbacks.Callback):
            raise TypeError(f"`callbacks` must be Keras callbacks, received {one!r}.")
    return own


def _fit(
    model: LifelongVAE, task: Task, epochs: int, callbacks: Callbacks, verbose: int
) -> keras.callbacks.History:
    return model.fit(
        task.train,
        epochs=epochs,
        validation_data=task.validation,
        callbacks=callbacks,
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
