"""Reading what variables hold, also where each replica has its own."""

from typing import Any


def number_in(variable: Any) -> int:
    """The whole number that a variable holds, on all replicas the same."""
    return int(variable.numpy() if hasattr(variable, "numpy") else variable)
