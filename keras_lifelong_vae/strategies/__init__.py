"""Strategies: ways of learning one task after another, from doing nothing to keeping all data.

Each has the same network, optimizer and number of passes over real images.
"""

from collections.abc import Mapping

from keras_lifelong_vae.checks import check_choice
from keras_lifelong_vae.strategies.cumulative import with_all_before
from keras_lifelong_vae.strategies.ewc import EWCVAE
from keras_lifelong_vae.strategies.full_batch import all_at_once, categories_of_all
from keras_lifelong_vae.strategies.lwf import LwFVAE
from keras_lifelong_vae.strategies.plain import PLAIN
from keras_lifelong_vae.strategies.strategy import Strategy
from keras_lifelong_vae.strategies.vcl import VCLVAE, images_per_task

STRATEGIES: Mapping[str, Strategy] = {
    "naive": Strategy("goes on with each task, no defence", fixed=PLAIN),
    "ewc": Strategy(
        "elastic weight consolidation: holds the weights that earlier tasks need",
        EWCVAE,
        PLAIN,
        keeps="one model, one number a weight",
    ),
    "lwf": Strategy(
        "learning without forgetting: keeps the teacher's answers on new data",
        LwFVAE,
        PLAIN,
        keeps="one model",
    ),
    "vcl": Strategy(
        "variational continual learning: the posterior of the weights is the next prior",
        VCLVAE,
        PLAIN,
        derived=images_per_task,
        keeps="one model, two numbers a weight",
    ),
    "lifelong": Strategy(
        "a frozen teacher replays, and the student stays consistent with it", keeps="one model"
    ),
    "no-consistency": Strategy(
        "lifelong without the consistency KL", fixed={"consistency_weight": 0.0}, keeps="one model"
    ),
    "cumulative": Strategy(
        "all data so far with each task", fixed=PLAIN, stages=with_all_before, keeps="all data"
    ),
    "full-batch": Strategy(
        "all tasks at once: the upper bound",
        fixed=PLAIN,
        stages=all_at_once,
        derived=categories_of_all,
        keeps="all data",
    ),
}


def names() -> tuple[str, ...]:
    """All strategies, in the order in which they are compared."""
    return tuple(STRATEGIES)


def get(name: str) -> Strategy:
    """The strategy called `name`.

    Raises:
        ValueError: If there is none of that name.
    """
    return STRATEGIES[check_choice(name, "strategy", tuple(STRATEGIES))]


__all__ = ["EWCVAE", "STRATEGIES", "VCLVAE", "LwFVAE", "Strategy", "get", "names"]
