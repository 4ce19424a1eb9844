"""TensorFlow Serving's answers in JSON, read and checked."""

import json
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from client.answers import check_rows
from client.connection import ServingError

VERSION = re.compile(r"[0-9]{1,18}")
STATE = re.compile(r"[A-Z_]{1,30}")


def parse(body: bytes) -> dict[str, Any]:
    """The object that `body` is."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ServingError(f"the answer must be JSON, received other text: {error}") from error
    if not isinstance(answer, dict):
        raise ServingError(f"the answer must be a JSON object, received a {_kind(answer)}")
    return answer


def versions_of(answer: dict[str, Any]) -> dict[int, str]:
    """The state of each version."""
    known = _member(answer, "model_version_status", list)
    versions = {}
    for one in known:
        if not isinstance(one, dict):
            raise ServingError(f"a version must be a JSON object, received a {_kind(one)}")
        version, state = (_member(one, name, str) for name in ("version", "state"))
        if not (VERSION.fullmatch(version) and STATE.fullmatch(state)):
            raise ServingError(
                f"a version must have a number and a state, received {version!r} and {state!r}"
            )
        versions[int(version)] = state
    return versions


def outputs_of(answer: dict[str, Any], names: Sequence[str], rows: int) -> dict[str, np.ndarray]:
    """The outputs called `names`, arrays of so many rows."""
    if len(names) == 1:  # the server leaves out the name of a single output
        found = {names[0]: _member(answer, "outputs", list)}
    else:
        columns = _member(answer, "outputs", dict)
        found = {name: _member(columns, name, list) for name in names}
    outputs = {name: _array(name, values) for name, values in found.items()}
    check_rows(outputs, rows)
    return outputs


def _member(answer: dict[str, Any], name: str, kind: type) -> Any:
    if not isinstance(answer.get(name), kind):
        received = f"a {_kind(answer[name])}" if name in answer else "none"
        raise ServingError(f"the answer must have a {kind.__name__} `{name}`, received {received}")
    return answer[name]


def _kind(value: Any) -> str:
    return type(value).__name__


def _array(name: str, values: list[Any]) -> np.ndarray:
    try:
        array = np.asarray(values)
    except (ValueError, OverflowError, RecursionError) as error:  # rows of different lengths
        raise ServingError(f"the answer must have an array `{name}`: {error}") from error
    with np.errstate(over="ignore"):
        return array.astype("float32") if array.dtype.kind == "f" else array
