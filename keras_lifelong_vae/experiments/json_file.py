"""Files of JSON that are checked whole before anything is made of them."""

import json
import math
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

MOST_DIGITS = 18  # of an integer, so that it fits into 64 bits

Rule = Callable[[Any, str], None]  # is given a value and its key; raises `ValueError`


def read_json(
    path: Path,
    rules: Mapping[str, Rule],
    needed: Collection[str],
    check: Callable[[dict[str, Any]], None] = lambda content: None,
) -> dict[str, Any]:
    """Reads a file that holds one object, with the keys `needed`, others only of `rules`.

    Args:
        path: Of the file.
        rules: What the value of each key must be.
        needed: The keys that must be there.
        check: Raises `ValueError` if the values contradict each other.

    Raises:
        ValueError: If it is not whole, or a key or value is another; it names file and key.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_float=_float, parse_int=_int)
        record(rules, needed)(content, "")
        check(content)
    except RecursionError:
        raise _damaged(path, "JSON that is nested too deep") from None
    except ValueError as error:
        raise _damaged(path, _cut(str(error))) from error
    return content


def _damaged(path: Path, why: str) -> ValueError:
    return ValueError(
        f"{path} must be a whole file that `lifelong-vae` has written, received one that is "
        f"damaged or of another version: {why}. No file was changed."
    )


def _float(text: str) -> float:
    """A number; when a run diverges, the word `Infinity` is written instead of digits."""
    if math.isinf(float(text)):
        raise ValueError(f"the number {_short(text)} is too large")
    return float(text)


def _int(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(f"the number {_short(text)} is too large")
    return int(text)


def _short(value: Any) -> str:
    return _cut(repr(value), 100)


def _cut(text: str, most: int = 300) -> str:
    return text if len(text) <= most else f"{text[:most]}..."


def is_a(wanted: str, *types: type) -> Rule:
    """A value of one of `types`, which the message calls `wanted`; no number is true or false."""

    def check(value: Any, key: str) -> None:
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise ValueError(f"`{key}` must be {wanted}, received {_short(value)}")

    return check


integer = is_a("an integer", int)
number = is_a("a number", int, float)
flag = is_a("true or false", bool)
anything = is_a("any value", object, bool)


def text(value: Any, key: str) -> None:
    """A text that can be printed in a line."""
    is_a("a text", str)(value, key)
    if not value.isprintable():
        raise ValueError(f"`{key}` must be printable in a line, received {_short(value)}")


def at_least(least: int) -> Rule:
    """An integer of at least `least`."""

    def check(value: Any, key: str) -> None:
        integer(value, key)
        if value < least:
            raise ValueError(f"`{key}` must be at least {least}, received {value}")

    return check


natural, positive = at_least(0), at_least(1)


def amount(value: Any, key: str) -> None:
    """A finite number of at least 0."""
    number(value, key)
    if not 0 <= value < math.inf:
        raise ValueError(f"`{key}` must be a finite number of at least 0, received {value}")


def share(value: Any, key: str) -> None:
    """A number in [0, 1]."""
    number(value, key)
    if not 0 <= value <= 1:
        raise ValueError(f"`{key}` must lie in [0, 1], received {value}")


def optional(rule: Rule) -> Rule:
    """What follows `rule`, or null."""
    return lambda value, key: None if value is None else rule(value, key)


def sequence(rule: Rule) -> Rule:
    """A list of values that follow `rule` each."""

    def check(value: Any, key: str) -> None:
        is_a("a list", list)(value, key)
        for i, one in enumerate(value):
            rule(one, f"{key}[{i}]")

    return check


def mapping(rule: Rule) -> Rule:
    """An object of any keys, whose values follow `rule` each."""

    def check(value: Any, key: str) -> None:
        is_a("an object", dict)(value, key)
        for name, one in value.items():
            rule(one, f"{key}.{name}")

    return check


def record(rules: Mapping[str, Rule], needed: Collection[str] = ()) -> Rule:
    """An object with the keys `needed`, others only of `rules`, whose values follow their rules."""

    def check(value: Any, key: str) -> None:
        place = f"{key}." if key else ""
        is_a("an object", dict)(value, key or "the whole file")
        for name in needed:
            if name not in value:
                raise ValueError(f"the key `{place}{name}` is missing")
        for name, one in value.items():
            if name not in rules:
                raise ValueError(f"the key {_short(f'{place}{name}')} is unknown")
            rules[name](one, f"{place}{name}")

    return check
