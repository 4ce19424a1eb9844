"""Ways of learning one task after another."""

from collections.abc import Mapping
from typing import Any

from keras_lifelong_vae.checks import check_choice

# What each strategy fixes of the model's options; everything else is the same for all.
STRATEGIES: Mapping[str, Mapping[str, Any]] = {
    # The teacher replays, and the student stays consistent with it.
    "lifelong": {},
    # The same model and rollover without replay, so without consistency: it only goes on. Without
    # replay a prior that knows the task would make it forget even more: the plain VAE is fairer.
    "naive": {"replay_share": 0.0, "category_prior": "uniform"},
}


def fixed_options(name: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options of the model that the strategy called `name` fixes.

    Args:
        name: One of `STRATEGIES`.
        given: The options that the user chose.

    Raises:
        ValueError: If there is no strategy of that name, or the user chose one of its fixed
            options otherwise.
    """
    fixed = STRATEGIES[check_choice(name, "strategy", tuple(STRATEGIES))]
    for option, value in fixed.items():
        if given.get(option) not in (None, value):
            raise ValueError(
                f"`{option}` must be {value!r} with strategy {name!r}, received {given[option]!r}."
            )
    return fixed
