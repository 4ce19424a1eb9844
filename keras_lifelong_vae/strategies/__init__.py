"""Strategies: ways of learning one task after another, from doing nothing to keeping all data.

Each has the same network (progressive one for each task), optimizer and number of passes over real
images.
"""

from keras_lifelong_vae.checks import check_choice
from keras_lifelong_vae.replay import Replay
from keras_lifelong_vae.strategies.all_data import all_at_once, categories_of_all, with_all_before
from keras_lifelong_vae.strategies.progressive import ProgressiveVAE
from keras_lifelong_vae.strategies.strategy import ALL_DATA, Strategy
from keras_lifelong_vae.strategies.vcl import VCLVAE, images_per_task
from keras_lifelong_vae.terms import EWC, KL, CategoryTarget, Consistency, Distillation, Information

# Without replay a prior or a target that knows the task would make a model forget even more, so
# p(z_d) is uniform there and z_d free: the plain VAE is the fairer rival.
_REGISTERED: dict[str, Strategy] = {
    "naive": Strategy("goes on with each task, no defence"),
    "ewc": Strategy(
        "elastic weight consolidation: holds the weights that earlier tasks need",
        terms=(EWC(),),
        keeps="one model, one number a weight",
    ),
    "lwf": Strategy(
        "learning without forgetting: keeps the teacher's answers on new data",
        terms=(Distillation(),),
        keeps="one model",
    ),
    "vcl": Strategy(
        "variational continual learning: the posterior of the weights is the next prior",
        model=VCLVAE,
        derived=images_per_task,
        keeps="one model, two numbers a weight",
    ),
    "progressive": Strategy(
        "progressive networks: a new column for each task reads the frozen earlier ones",
        model=ProgressiveVAE,
        keeps="a column per task",
    ),
    "article": Strategy(
        "the article's choices: the teacher's z from the prior, each image replaced with "
        "probability pi, consistency KL, information restriction",
        Replay(mode="in_batch", codes="prior", reconstruction="own"),
        (KL(category_prior="uniform"), Consistency(), Information(0.1)),
        keeps="one model",
    ),
    "lifelong": Strategy(
        "a frozen teacher replays, and the student stays consistent with it",
        Replay(),
        (Consistency(), CategoryTarget()),
        keeps="one model",
    ),
    "no-consistency": Strategy(
        "lifelong without the consistency KL", Replay(), (CategoryTarget(),), keeps="one model"
    ),
    "cumulative": Strategy(
        "all data so far with each task", stages=with_all_before, keeps=ALL_DATA
    ),
    "full-batch": Strategy(
        "all tasks at once: the upper bound",
        stages=all_at_once,
        derived=categories_of_all,
        keeps=ALL_DATA,
    ),
}
_OWN = frozenset(_REGISTERED)


def register(name: str, strategy: Strategy) -> Strategy:
    """Makes `strategy` known under `name`, to `get`, to reports and to the command line.

    The name is a new one of letters, digits, `_` and `-`, or one that you have registered.
    """
    if not isinstance(strategy, Strategy):
        raise TypeError(f"`strategy` must be a Strategy, received {strategy!r}.")
    if name in _OWN or not name.replace("-", "_").isidentifier():
        raise ValueError(
            f"`name` must be a new one of letters, digits, `_` and `-`, received {name!r}."
        )
    _REGISTERED[name] = strategy
    return strategy


def names() -> tuple[str, ...]:
    """All registered names, in the order of reports."""
    return tuple(_REGISTERED)


def get(name: str) -> Strategy:
    """The strategy called `name`; raises `ValueError` if there is none."""
    return _REGISTERED[check_choice(name, "strategy", names())]


__all__ = ["VCLVAE", "ProgressiveVAE", "Strategy", "get", "names", "register"]
