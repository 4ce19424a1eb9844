"""A check of arguments that only the tasks need; the others are in `keras_lifelong_vae.checks`."""

from typing import Any

import numpy as np


def check_natural(value: Any, name: str) -> int:
    """Return `value` if it is an integer of at least 0, raise `ValueError` otherwise."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
        raise ValueError(f"`{name}` must be an integer of at least 0, received {value!r}.")
    return int(value)
