"""What a run needs before it begins: tasks, model and empty results."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import keras

from keras_lifelong_vae import strategies
from keras_lifelong_vae.experiments import sequences
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.tasks import TaskSequence

KERAS_OWN = ("name", "trainable", "dtype")  # in the config of every layer, and no option of ours


@dataclass(frozen=True)
class Setup:
    """A run that may begin.

    Args:
        tasks: What is learned and tested.
        stages: What is fitted, one after another; for most strategies the tasks.
        model: Compiled, not trained.
        results: Without any figure yet.
        callbacks: Of every `fit`, before the rollover.
    """

    tasks: TaskSequence
    stages: TaskSequence
    model: LifelongVAE
    results: Results
    callbacks: Sequence[keras.callbacks.Callback] = ()


def prepare(
    spec: sequences.SequenceSpec,
    sequence: str,
    strategy: str,
    seed: int,
    options: Mapping[str, Any],
    callbacks: Sequence[keras.callbacks.Callback] = (),
    **loading: Any,
) -> Setup:
    """Loads the data and builds the model.

    Args:
        spec: The tasks and what they are trained with.
        sequence: Its name.
        strategy: Name of a registered strategy.
        seed: Seed of everything random.
        options: Of `TrainingOptions` and the model; the sequence's own if left out or `None`.
        callbacks: Of every `fit`, before the rollover.
        **loading: Of `SequenceSpec.load`.

    Raises:
        ValueError: If a name or an option is unknown or out of range.
    """
    way = strategies.get(strategy)
    training, chosen = spec.options({**spec.strategies.get(strategy, {}), **_given(options)})
    tasks = spec.load(training.batch_size, seed, **loading)
    keras.utils.set_random_seed(seed)
    model = way.build(tasks, seed, **chosen)
    stages = way.stages(tasks)
    model.compile(optimizer=training.optimizer(stages), jit_compile=training.jit_compile)
    results = Results(
        sequence,
        strategy,
        seed,
        training.epochs,
        list(tasks.names),
        list(stages.names),
        [task.num_test or 0 for task in tasks],
        {**asdict(training), "jit_compile": model.jit_compile, **model_config(model)},
        keeps=way.keeps,
    )
    return Setup(tasks, stages, model, results, callbacks)


def model_config(model: LifelongVAE) -> dict[str, Any]:
    """The model's options as plain JSON values, without the names that Keras counts up."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict) and "class_name" in value:
            return {"class_name": value["class_name"], **options_of(value["config"])}
        if isinstance(value, (list, tuple)):
            return [plain(one) for one in value]
        return value

    def options_of(config: dict[str, Any]) -> dict[str, Any]:
        return {name: plain(value) for name, value in config.items() if name not in KERAS_OWN}

    config = options_of(model.get_config())
    return {**config, "latent_dim": model.latent_dim, **_categories(model)}


def _categories(model: LifelongVAE) -> dict[str, int]:
    return {"categories_per_task": model.categories_per_task} if model.has_categories else {}


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
