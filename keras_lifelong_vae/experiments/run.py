"""A run stage by stage: fit, measure, write."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict

from keras_lifelong_vae.callbacks import TeacherRollover
from keras_lifelong_vae.experiments.album import draw_pictures
from keras_lifelong_vae.experiments.measurement import Judge
from keras_lifelong_vae.experiments.results import Results, seen_tasks
from keras_lifelong_vae.experiments.run_directory import RunDirectory
from keras_lifelong_vae.experiments.setup import Setup
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.metrics import forgetting, mean_final
from keras_lifelong_vae.tasks import Task


def run(
    setup: Setup,
    judge: Judge,
    directory: RunDirectory,
    verbose: int = 1,
    pictures: bool = True,
    finish: Callable[[Results], Results] = lambda results: results,
) -> Results:
    """Goes on with a run until all its stages are finished.

    Args:
        setup: What is trained, from the first stage that its results lack.
        judge: Measures the model on test images after each stage.
        directory: Where results, model and pictures are written.
        verbose: As in `keras.Model.fit`.
        pictures: Whether to draw pictures.
        finish: What is still done before the last stage counts as finished.
    """
    model, results = setup.model, setup.results
    number = len(setup.stages)
    for i in range(len(results.negative_elbo), number):
        if verbose:
            print(f"Task {i + 1} of {number}, {setup.stages.names[i]}:")
        known = seen_tasks(i, number, len(setup.tasks)) if i else 0
        teachers = judge.categories(model, known) if known else None
        images, seconds, validation = _fit(setup, setup.stages[i], results.epochs, verbose)
        row = [_negative_elbo(model, task) for task in setup.tasks]
        measured = judge.measure(model, seen_tasks(i + 1, number, len(setup.tasks)), teachers)
        results = results.after_stage(
            row, images, seconds, asdict(measured), validation, model.count_parameters()
        )
        if results.finished:
            results = finish(results)
        directory.save(model, results)
        if pictures:
            draw_pictures(model, setup.tasks, results, directory)
        print(_line(results, seconds), flush=True)
    return results


def _fit(setup: Setup, task: Task, epochs: int, verbose: int) -> tuple[int, float, Sequence[float]]:
    """Trains on one task: the number of real images seen, the seconds, the validation's -ELBO."""
    train = task.train
    start = time.perf_counter()
    history = setup.model.fit(
        train,
        epochs=epochs,
        validation_data=task.validation,
        callbacks=[*setup.callbacks, TeacherRollover()],
        verbose=verbose,
        shuffle=False,  # the task has shuffled already
    )
    seconds = time.perf_counter() - start
    validation = history.history.get("val_negative_elbo", [])
    images = epochs * len(train) * train.element_spec.shape[0]
    return images, seconds, [float(bound) for bound in validation]


def _negative_elbo(model: LifelongVAE, task: Task) -> float:
    """-ELBO in nats per image on the test set."""
    return float(model.evaluate(task.test, verbose=0, return_dict=True)["negative_elbo"])


def _line(results: Results, seconds: float) -> str:
    stage, matrix = len(results.negative_elbo), results.negative_elbo
    begin = f"Task {stage} of {len(results.stages)}, {results.stages[stage - 1]}: -ELBO"
    if stage == len(results.stages) and results.stages != results.tasks:
        return f"{begin} {results.mean_negative_elbo:.2f} nats per test image ({seconds:.0f} s)"
    line = f"{begin} {matrix[-1][stage - 1]:.2f} nats per test image"
    if stage > 1:
        mean, forgot = mean_final(matrix, results.test_sizes), forgetting(matrix)[:-1].mean()
        line += f"; all {stage} tasks {mean:.2f}, the earlier ones {forgot:+.2f} since learned"
    return f"{line} ({seconds:.0f} s)"
