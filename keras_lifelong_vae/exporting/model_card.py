"""The model card: what is in an export, for people."""

from collections.abc import Mapping
from typing import Any


def model_card(facts: Mapping[str, Any]) -> str:
    """Markdown, from what `facts.gather` knows."""
    tables = [_signature(name, one) for name, one in facts["signatures"].items()]
    return "\n\n".join([*_head(facts), "## Signatures", _batch_note(facts), *tables]) + "\n"


def _head(facts: Mapping[str, Any]) -> list[str]:
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
        **{package: version for package, version in facts["versions"].items()},
    }
    parts = [
        f"# {facts['name']}, version {facts['version']}",
        "The student of a lifelong VAE: one generative model that learned data sets one after "
        "another. It encodes, reconstructs, generates and scores images.",
        _table(("", ""), rows.items()),
    ]
    if facts["figures"]:
        parts += ["## Figures", _table(("figure", "value"), facts["figures"].items())]
    return parts


def _tasks(facts: Mapping[str, Any]) -> str:
    if facts["task_in_progress"]:
        return f"{facts['tasks_learned']}, and one more begun and not finished"
    return str(facts["tasks_learned"]) + (", not trained" if not facts["tasks_learned"] else "")


def _batch_note(facts: Mapping[str, Any]) -> str:
    return (
        "N is any number of rows; every input and output has it first. A seed decides the noise "
        "of its own row: the same row gets the same noise in whatever batch. The network's sums "
        f"may differ in their last bits with N.\n\n{facts['bad_rows']}"
    )


def _signature(name: str, signature: Mapping[str, Any]) -> str:
    rows = [
        (f"{way} `{field}`", one["dtype"], _shape(one["shape"]), one["unit"], one["meaning"])
        for way in ("input", "output")
        for field, one in signature[f"{way}s"].items()
    ]
    head = ("", "dtype", "shape", "unit or range", "meaning")
    return f"### `{name}`\n\n{signature['meaning']}.\n\n{_table(head, rows)}"


def _shape(shape: list[int | None]) -> str:
    sizes = ["N" if size is None else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' * (len(sizes) == 1)})"


def _table(head: tuple[str, ...], rows: Any) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in lines)
