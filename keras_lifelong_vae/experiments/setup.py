"""What a run needs before it begins: tasks, model and empty results."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import keras

from keras_lifelong_vae import strategies
from keras_lifelong_vae.experiments import sequences
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.models import LifelongVAE
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
    """

    tasks: TaskSequence
    stages: TaskSequence
    model: LifelongVAE
    results: Results


def prepare(
    sequence: str,
    strategy: str,
    seed: int,
    options: Mapping[str, Any],
    **loading: Any,
) -> Setup:
    """Loads the data and builds the model.

    Args:
        sequence: One of `sequences.SEQUENCES`.
        strategy: One of `keras_lifelong_vae.strategies.STRATEGIES`.
        seed: Seed of everything random.
        options: Of `TrainingOptions` and the model; the sequence's own if left out or `None`.
        **loading: Of `SequenceSpec.load`.

    Raises:
        ValueError: If a name or an option is unknown or out of range, or an option is one that
            the strategy fixes otherwise.
    """
    spec, way = sequences.get(sequence), strategies.get(strategy)
    _check_not_fixed(strategy, way.fixed, options)
    training, chosen = spec.options({**spec.strategies.get(strategy, {}), **_given(options)})
    tasks = spec.load(training.batch_size, seed, **loading)
    model_options = {"seed": seed, **chosen, **way.derived(tasks, chosen), **way.fixed}
    keras.utils.set_random_seed(seed)
    model = way.model(tasks.event_shape, **model_options)
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
    return Setup(tasks, stages, model, results)


def model_config(model: LifelongVAE) -> dict[str, Any]:
    """The model's options as plain JSON values, without the names that Keras counts up."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict) and "class_name" in value:
            return {"class_name": value["class_name"], **options_of(value["config"])}
        return list(value) if isinstance(value, tuple) else value

    def options_of(config: dict[str, Any]) -> dict[str, Any]:
        return {name: plain(value) for name, value in config.items() if name not in KERAS_OWN}

    return options_of(model.get_config())


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _check_not_fixed(strategy: str, fixed: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    for option, value in fixed.items():
        if given.get(option) not in (None, value):
            raise ValueError(
                f"`{option}` must be {value!r} with strategy {strategy!r}, "
                f"received {given[option]!r}."
            )
