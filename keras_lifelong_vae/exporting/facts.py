"""What is to be known of an exported model: `signature.json`, and for people the model card."""

import json
import math
import subprocess
from collections.abc import Mapping
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from keras_lifelong_vae.autoencoder.validity import RULE
from keras_lifelong_vae.exporting.signatures import Signature
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.printable import printable
from keras_lifelong_vae.variables import number_in
from keras_lifelong_vae.version import __version__

PACKAGES = ("tensorflow", "keras", "tensorflow-probability", "numpy")
PACKAGE = Path(__file__).resolve().parents[1]


def check_figures(figures: Any) -> dict[str, Any]:
    """`figures` as a dictionary that JSON can hold; `TypeError` or `ValueError` if it can't."""
    if figures is None:
        return {}
    if not isinstance(figures, Mapping):
        raise TypeError(f"`figures` must be a mapping, received {type(figures).__name__}.")
    try:
        json.dumps(dict(figures), allow_nan=False)
    except TypeError as error:
        raise TypeError(f"`figures` must hold what JSON can hold, received: {error}.") from error
    except ValueError as error:
        raise ValueError(f"`figures` must be finite numbers, received {figures!r}.") from error
    return dict(figures)


def gather(
    model: LifelongVAE,
    name: str,
    version: int,
    signatures: Mapping[str, Signature],
    figures: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything that both say, as JSON holds it."""
    return {
        "name": name,
        "version": version,
        "event_shape": list(model.event_shape),
        "tasks_learned": number_in(model.finished_tasks),
        "task_in_progress": number_in(model.training_steps) > number_in(model.steps_at_rollover),
        "latent_dim": model.latent_dim,
        "active_categories": model.active_categories if model.has_categories else 0,
        "generates_from": model.default_prior,
        "likelihood": type(model.likelihood).__name__,
        "support": str(model.likelihood.support),
        "parameters": sum(math.prod(weight.shape) for weight in model.student.learned_weights),
        "figures": dict(figures),
        "versions": {
            "keras-lifelong-vae": __version__,
            **{one: version_of(one) for one in PACKAGES},
        },
        "git_commit": git_commit(),
        "bad_rows": RULE,
        "signatures": {name: signature.as_json() for name, signature in signatures.items()},
    }


def git_commit(package: Path = PACKAGE) -> str:
    """The commit of the checkout that `package` lies in the top of, "-dirty" if it was changed.

    "unknown" outside of one: installed packages may lie in a checkout of something else.
    """
    top = package.parent
    checkout = ("git", f"--git-dir={top / '.git'}", f"--work-tree={top}")
    command = (*checkout, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return done.stdout.strip()


def model_card(facts: Mapping[str, Any]) -> str:
    """Markdown, from what `gather` knows."""
    size, active = "x".join(map(str, facts["event_shape"])), facts["active_categories"]
    categories = f", {active} active categories" if active else ""
    rows = {
        "event shape": f"{size}, {facts['support']}",
        "tasks learned": _tasks(facts),
        "latent": f"{facts['latent_dim']} Gaussian dimensions{categories}",
        "generates from": facts["generates_from"].replace("_", " "),
        "likelihood": facts["likelihood"],
        "parameters": f"{facts['parameters']:,}",
        "git commit": facts["git_commit"],
        **facts["versions"],
    }
    figures = _table(("figure", "value"), facts["figures"].items())
    parts = [
        f"# {facts['name']}, version {facts['version']}",
        "The student of a lifelong VAE: one generative model that learned data sets one after "
        "another. It encodes, reconstructs, generates and scores images.",
        _table(("", ""), rows.items()),
        *(["## Figures", figures] if facts["figures"] else []),
        "## Signatures",
        "N is any number of rows; every input and output has it first. A seed decides the noise "
        "of its own row: the same row gets the same noise in whatever batch. The network's sums "
        "may differ in their last bits with N.",
        facts["bad_rows"],
        *(_signature(name, one) for name, one in facts["signatures"].items()),
    ]
    return "\n\n".join(parts) + "\n"


def _tasks(facts: Mapping[str, Any]) -> str:
    learned = facts["tasks_learned"]
    if facts["task_in_progress"]:
        return f"{learned}, and one more begun and not finished"
    return str(learned) if learned else "0, not trained"


def _signature(name: str, signature: Mapping[str, Any]) -> str:
    rows = [
        (f"{way} `{field}`", one["dtype"], _shape(one["shape"]), one["unit"], one["meaning"])
        for way in ("input", "output")
        for field, one in signature[f"{way}s"].items()
    ]
    head = ("", "dtype", "shape", "unit or range", "meaning")
    return f"### `{name}`\n\n{signature['meaning']}.\n\n{_table(head, rows)}"


def _shape(shape: list[int | None]) -> str:
    return str(tuple("N" if size is None else size for size in shape)).replace("'", "")


def _table(head: tuple[str, ...], rows: Any) -> str:
    lines = [head, ("---",) * len(head), *(map(_cell, row) for row in rows)]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)


def _cell(value: Any) -> str:
    """In one line, without what would end the cell, begin a tag or move a terminal."""
    line = printable(" ".join(str(value).split()))
    return line.replace("\\", "\\\\").replace("|", "\\|").replace("<", "\\<")
