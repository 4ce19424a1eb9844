"""What a run needs before it begins: tasks, model and empty results."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import keras

from keras_lifelong_vae import strategies
from keras_lifelong_vae.experiments import sequences
from keras_lifelong_vae.experiments.options import as_json
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.strategies import Strategy
from keras_lifelong_vae.tasks import TaskSequence


@dataclass(frozen=True)
class Setup:
    """A run that may begin."""

    tasks: TaskSequence  # what is learned and tested
    stages: TaskSequence  # what is fitted, one after another; for most strategies the tasks
    model: LifelongVAE  # compiled, not trained
    results: Results  # without any figure yet


def prepare(
    sequence: str | TaskSequence,
    strategy: str | Strategy,
    seed: int,
    options: Mapping[str, Any],
    name: str = "own",
    **loading: Any,
) -> Setup:
    """Loads the data, as `loading` says, and builds the model; see `train_sequence`."""
    spec = sequences.get(sequence)
    way = strategies.get(strategy) if isinstance(strategy, str) else strategy
    called = next((each for each in strategies.names() if strategies.get(each) is way), "own")
    training, model_options = spec.options(called, options)
    tasks = spec.load(training.batch_size, seed, **loading)
    stages = way.stages(tasks)
    keras.utils.set_random_seed(seed)
    model = way.build(tasks, seed, **model_options)
    model.compile(optimizer=training.optimizer(stages), jit_compile=training.jit_compile)
    results = Results(
        sequence if isinstance(sequence, str) else name,
        called,
        seed,
        training.epochs,
        list(tasks.names),
        list(stages.names),
        [task.num_test or sum(map(len, task.test or ())) for task in tasks],
        {**asdict(training), "jit_compile": model.jit_compile, **_config(model)},
        keeps=way.keeps,
    )
    return Setup(tasks, stages, model, results)


def _config(model: LifelongVAE) -> dict[str, Any]:
    sizes = {"latent_dim": model.latent_dim}
    if model.has_categories:
        sizes["categories_per_task"] = model.categories_per_task
    return {**sizes, **as_json(model.get_config())}
