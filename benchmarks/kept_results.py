"""Results that are written as they come, so that a command which is started again goes on."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from keras_lifelong_vae.files import write_atomically


def keep(path: Path, cases: Iterable[tuple[str, Callable[[], Any]]]) -> dict[str, Any]:
    """The result of each case by its name: from the file if it is there, or found and written."""
    results: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    for name, run in cases:
        if name not in results:
            results[name] = run()
            text = json.dumps(results, indent=1) + "\n"
            write_atomically(path, lambda file, text=text: file.write_text(text))
        print(f"{name}: {results[name]}", flush=True)
    return results


def named(options: Any, *left_out: str, **more: Any) -> str:
    """A name that holds all options of a case but those left out."""
    chosen = {name: value for name, value in vars(options).items() if name not in left_out}
    return json.dumps({**chosen, **more})
