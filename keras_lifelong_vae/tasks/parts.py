"""The `tasks` argument of `from_arrays` and `from_datasets`: what is for which use."""

from collections.abc import Mapping
from typing import Any

USES = ("train", "validation", "test")


def named_parts(tasks: Any, kind: str) -> dict[str, dict[str, Any]]:
    """For every task's name what there is of `USES`, in this order; `kind` is for the messages."""
    if not isinstance(tasks, Mapping):
        raise TypeError(f"`tasks` must map names to {kind}s, received {type(tasks).__name__}.")
    if not tasks:
        raise ValueError("`tasks` must hold at least one task, received none.")
    for name in tasks:
        if not isinstance(name, str):
            raise TypeError(f"`tasks` must have strings as keys, received {name!r}.")
    return {name: _parts(value, f"tasks[{name!r}]", kind) for name, value in tasks.items()}


def _parts(value: Any, name: str, kind: str) -> dict[str, Any]:
    if isinstance(value, tuple):
        if len(value) > len(USES):
            raise ValueError(
                f"`{name}` must be a tuple (train, validation, test), received {len(value)} parts."
            )
        value = dict(zip(USES, value, strict=False))
    elif not isinstance(value, Mapping):
        value = {"train": value}
    unknown = [key for key in value if key not in USES]
    if unknown:
        raise ValueError(f"`{name}` must have keys among {list(USES)}, received {unknown}.")
    parts = {use: value[use] for use in USES if value.get(use) is not None}
    if "train" not in parts:
        raise ValueError(f"`{name}` must have a 'train' {kind}, received {sorted(parts)}.")
    return parts
