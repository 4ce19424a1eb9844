"""One run: a model goes through a task sequence and is looked at after every task."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras

from keras_lifelong_vae.callbacks import TeacherRollover
from keras_lifelong_vae.experiments import sequences, strategies
from keras_lifelong_vae.experiments.album import draw_pictures
from keras_lifelong_vae.experiments.options import TrainingOptions
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.experiments.run_directory import RunDirectory
from keras_lifelong_vae.metrics import forgetting, mean_final
from keras_lifelong_vae.models import LifelongVAE
from keras_lifelong_vae.tasks import Task, TaskSequence

KERAS_OWN = ("name", "trainable", "dtype")  # in the config of every layer, and no option of ours


def train_sequence(
    sequence: str,
    out: sequences.PathLike,
    strategy: str = "lifelong",
    seed: int = 0,
    num_tasks: int | None = None,
    data_dir: sequences.PathLike | None = None,
    source_dir: sequences.PathLike | None = None,
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
        strategy: One of `strategies.STRATEGIES`.
        seed: Seed of everything random.
        num_tasks: How many of the tasks, from the first; all if `None`.
        data_dir: See `keras_lifelong_vae.data.load`.
        source_dir: See `keras_lifelong_vae.data.load`.
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
    spec, fixed = sequences.get(sequence), strategies.fixed_options(strategy, options)
    training, model_options = spec.options(options)
    tasks = spec.load(training.batch_size, seed, num_tasks, data_dir, source_dir)
    keras.utils.set_random_seed(seed)
    model = LifelongVAE(tasks.event_shape, **{"seed": seed, **model_options, **fixed})
    model.compile(optimizer=training.optimizer(tasks), jit_compile=training.jit_compile)
    results = _begin(sequence, strategy, seed, training, tasks, model)
    begun = directory.resume(results) if resume else None
    if begun is not None:
        model, results = begun
    else:
        directory.clear()
    return _train(model, tasks, results, directory, verbose)


def _begin(
    sequence: str,
    strategy: str,
    seed: int,
    training: TrainingOptions,
    tasks: TaskSequence,
    model: LifelongVAE,
) -> Results:
    sizes = [task.num_test or 0 for task in tasks]
    config = {**asdict(training), "jit_compile": model.jit_compile, **model_config(model)}
    return Results(sequence, strategy, seed, training.epochs, list(tasks.names), sizes, config)


def model_config(model: LifelongVAE) -> dict[str, Any]:
    """The model's options as plain JSON values, without the names that Keras counts up."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict) and "class_name" in value:
            return {"class_name": value["class_name"], **options_of(value["config"])}
        return list(value) if isinstance(value, tuple) else value

    def options_of(config: dict[str, Any]) -> dict[str, Any]:
        return {name: plain(value) for name, value in config.items() if name not in KERAS_OWN}

    return options_of(model.get_config())


def _train(
    model: LifelongVAE, tasks: TaskSequence, results: Results, directory: RunDirectory, verbose: int
) -> Results:
    for number in range(len(results.negative_elbo), len(tasks)):
        if verbose:
            print(f"Task {number + 1} of {len(tasks)}, {tasks.names[number]}:")
        images, seconds = _fit(model, tasks[number], results.epochs, verbose)
        row = [_negative_elbo(model, task) for task in tasks]
        results = results.after_task(row, images, seconds)
        directory.save(model, results)
        draw_pictures(model, tasks, results, directory)
        print(_line(results, seconds))
    return results


def _fit(model: LifelongVAE, task: Task, epochs: int, verbose: int) -> tuple[int, float]:
    """Trains on one task; the number of real images seen and the seconds it took."""
    train = task.train
    start = time.perf_counter()
    model.fit(
        train,
        epochs=epochs,
        validation_data=task.validation,
        callbacks=[TeacherRollover()],
        verbose=verbose,
        shuffle=False,  # the task has shuffled already
    )
    seconds = time.perf_counter() - start
    return epochs * len(train) * train.element_spec.shape[0], seconds


def _negative_elbo(model: LifelongVAE, task: Task) -> float:
    """-ELBO in nats per image on the test set."""
    return float(model.evaluate(task.test, verbose=0, return_dict=True)["negative_elbo"])


def _line(results: Results, seconds: float) -> str:
    matrix = results.negative_elbo
    last = len(matrix) - 1
    line = f"-ELBO {matrix[last][last]:.2f} nats per test image"
    if last:
        mean, forgot = mean_final(matrix, results.test_sizes), forgetting(matrix)[:-1].mean()
        line += f"; all {last + 1} tasks {mean:.2f}, the earlier ones {forgot:+.2f} since learned"
    name = results.tasks[last]
    return f"Task {last + 1} of {len(results.tasks)}, {name}: {line} ({seconds:.0f} s)"
