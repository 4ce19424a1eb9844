import json

from keras_lifelong_vae.experiments import Results, train_sequence

TINY = {"num_tasks": 3, "epochs": 1, "batch_size": 64, "latent_dim": 3, "verbose": 0}


def train_tiny(out, **changes) -> Results:
    return train_sequence("digits-split", out, **{**TINY, **changes})


def contents(directory) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}


def read_json(directory) -> dict:
    return json.loads((directory / "results.json").read_text())


def results(matrix, strategy="lifelong", sizes=None, **changes) -> Results:
    """A finished run with the square `matrix`."""
    tasks = [f"task {i}" for i in range(len(matrix))]
    sizes = sizes or [1] * len(tasks)
    run = Results("digits-split", strategy, 0, 1, tasks, tasks, sizes, {}, **changes)
    for row in matrix:
        run = run.after_stage(list(row), training_images=10, seconds=2.0)
    return run
