"""Ways of learning one task after another."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keras_lifelong_vae.checks import check_choice
from keras_lifelong_vae.models import LifelongVAE


def lifelong(event_shape: Sequence[int], **options: Any) -> LifelongVAE:
    """The lifelong VAE: the teacher replays, and the student stays consistent with it."""
    return LifelongVAE(event_shape, **options)


def naive(event_shape: Sequence[int], **options: Any) -> LifelongVAE:
    """The same model and rollover without replay, so without consistency: it only goes on.

    Raises:
        ValueError: If `replay_share` is given and not 0.
    """
    share = options.pop("replay_share", None)
    if share:
        raise ValueError(f"`replay_share` must be 0 with strategy 'naive', received {share!r}.")
    return LifelongVAE(event_shape, replay_share=0.0, **options)


STRATEGIES: Mapping[str, Callable[..., LifelongVAE]] = {"lifelong": lifelong, "naive": naive}


def get(name: str) -> Callable[..., LifelongVAE]:
    """The strategy called `name`, a function of `event_shape` and the model's options.

    Raises:
        ValueError: If there is none of that name.
    """
    return STRATEGIES[check_choice(name, "strategy", tuple(STRATEGIES))]
