"""What a strategy is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keras_lifelong_vae import terms as loss_terms
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.replay import Replay
from keras_lifelong_vae.tasks import TaskSequence
from keras_lifelong_vae.terms import Term

ALL_DATA = "all data"  # what strategies keep that are no competitors
ALWAYS = ("reconstruction", "kl")  # terms of every model, whether a strategy lists them or not


@dataclass(frozen=True)
class Strategy:
    """A way of learning a task sequence: a named composition of what a model is made of.

    Args:
        description: What it does, in a line.
        replay: What the student sees of earlier tasks; `None` for nothing.
        terms: Of the loss, besides -ELBO; each model gets copies of them.
        model: The class of the model.
        stages: Makes of the tasks what is fitted, one `fit` after another; by default the tasks.
        derived: Options of the model that follow from the tasks and the options chosen; by default
            none.
        keeps: What is in memory when a new task begins, besides the model that learns it.

    Example:

    ```python
    terms = (klv.terms.Consistency(1.0), SmallCodes(0.1))
    klv.strategies.register("small-codes", Strategy("short codes", klv.Replay(), terms))
    model = klv.strategies.get("small-codes").build(tasks, seed=0)
    ```
    """

    description: str
    replay: Replay | None = None
    terms: Sequence[Term] = ()
    model: Callable[..., LifelongVAE] = LifelongVAE
    stages: Callable[[TaskSequence], TaskSequence] = lambda tasks: tasks
    derived: Callable[[TaskSequence, Mapping[str, Any]], Mapping[str, Any]] = lambda *_: {}
    keeps: str = "nothing"

    def accepts(self, option: str) -> bool:
        """Whether `option` is one of the model, or of a part that this strategy has."""
        part, dot, _ = option.partition(".")
        if part == "replay":
            return self.replay is not None
        return not dot or part in {*ALWAYS, *(term.name for term in self.terms)}

    def build(self, tasks: TaskSequence, seed: int = 0, **options: Any) -> LifelongVAE:
        """The model, not compiled.

        Args:
            tasks: What is to be learned.
            seed: Seed of initial weights and noise.
            **options: Of the model by name, such as `latent_dim`, and of its parts by dotted
                name: `**{"replay.ratio": 3, "consistency.weight": 0.5}`. A term that the strategy
                lacks is added.

        Raises:
            ValueError: If a part has no such option or is unknown, or a value is out of range.
        """
        settings: dict[str, dict[str, Any]] = {}
        for name in [name for name in options if "." in name]:
            part, _, option = name.partition(".")
            settings.setdefault(part, {})[option] = options.pop(name)
        return self.model(
            tasks.event_shape,
            seed=seed,
            replay=self._replay(settings.pop("replay", {})),
            terms=list(self._terms(settings)),
            **{**options, **self.derived(tasks, options)},
        )

    def _replay(self, settings: Mapping[str, Any]) -> Replay | None:
        if not settings:
            return self.replay
        if self.replay is None:
            raise ValueError(f"`replay` has no options without replay, received {dict(settings)}.")
        return _made(Replay, "replay", {**self.replay.get_config(), **settings})

    def _terms(self, settings: Mapping[str, Mapping[str, Any]]) -> Iterable[Term]:
        for term in self.terms:
            config = {**term.get_config(), **settings.get(term.name, {})}
            yield _made(type(term), term.name, config)
        present = {term.name for term in self.terms}
        for name, options in settings.items():
            if name not in present:
                yield _made(loss_terms.get(name), name, options)


def _made(kind: Callable[..., Any], name: str, options: Mapping[str, Any]) -> Any:
    """One with these options; the part is named if it has no such option."""
    try:
        return kind(**options)
    except TypeError as error:
        raise ValueError(
            f"`{name}` must be given options that it has, received {dict(options)}: {error}."
        ) from error
