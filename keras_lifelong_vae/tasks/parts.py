"""The `tasks` argument of `from_arrays` and `from_datasets`: what is for which use."""

from collections.abc import Mapping
from typing import Any

USES = ("train", "validation", "test")


def named_parts(tasks: Any, kind: str) -> dict[str, dict[str, Any]]:
    """Return for every task's name what it has for training, validation and test.

    `tasks` maps names to a single `kind` (for training), a dict with the keys of `USES`, or a
    tuple in their order, in which `None` means that there is nothing.

    Raises:
        TypeError: If `tasks` is not a mapping from strings.
        ValueError: If there is no task, an unknown key, or nothing to train on.
    """
    if not isinstance(tasks, Mapping):
        raise TypeError(f"`tasks` must map names to {kind}s, received {type(tasks).__name__}.")
    if not tasks:
        raise ValueError("`tasks` must hold at least one task, received none.")
    for name in tasks:
        if not isinstance(name, str):
            raise TypeError(f"`tasks` must have strings as keys, received {name!r}.")
    return {name: _parts(value, part_name(name), kind) for name, value in tasks.items()}


def part_name(task: str, use: str | None = None) -> str:
    """Return how the user would write the part, for messages: `tasks['a']['train']`."""
    return f"tasks[{task!r}]" + ("" if use is None else f"[{use!r}]")


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
    parts = {use: part for use, part in value.items() if part is not None}
    if "train" not in parts:
        raise ValueError(f"`{name}` must have a 'train' {kind}, received {sorted(parts)}.")
    return parts
