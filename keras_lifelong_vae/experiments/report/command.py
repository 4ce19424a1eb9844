"""The command line that makes a grid again."""

import math
import re
import shlex
from typing import Any

from keras_lifelong_vae import strategies
from keras_lifelong_vae.experiments.report.contents import Contents

FLAGS: dict[str, tuple[type, ...]] = {
    "epochs": (int,),
    "batch_size": (int,),
    "learning_rate": (int, float),
    "learning_rate_decay": (str,),
    "jit_compile": (bool,),
    "latent_dim": (int,),
    "categories_per_task": (int,),
    "network": (str,),
    "likelihood": (str,),
}
LITERALS = (bool, int, float, str, type(None))
DOTTED = re.compile(r"\w[\w-]*(\.\w+)+")


def commands(contents: Contents) -> list[str]:
    """What makes the grid and its report, in a directory named after the sequence.

    Empty if no command line does: of a sequence, strategy or option that only Python can give.
    """
    settings, known = contents.settings, strategies.names()
    begun = {run.strategy for run in contents.all_runs}
    options = settings.get("options", {})
    can_be_typed = all(_can_be_typed(name, value) for name, value in options.items())
    if contents.spec is None or not begun <= set(known) or not can_be_typed:
        return []
    out = f"runs/{settings['sequence']}"
    words = ["lifelong-vae", "compare", settings["sequence"]]
    if begun != set(known):
        words += ["--strategies", *(name for name in known if name in begun)]
    words += ["--seeds", *map(str, contents.seeds), "--out", out]
    if settings.get("num_tasks") is not None:
        words += ["--tasks", str(settings["num_tasks"])]
    if settings.get("importance_samples"):
        words += ["--iwae", str(settings["importance_samples"])]
    if settings.get("standin"):
        words.append("--standin")
    line = shlex.join([*words, *_typed(options)])
    fits = "`" not in line and "\n" not in line  # it would end the block of code
    return [line, shlex.join(["lifelong-vae", "report", out])] if fits else []


def _can_be_typed(name: str, value: Any) -> bool:
    if isinstance(value, float) and not math.isfinite(value):
        return False
    if DOTTED.fullmatch(name):
        return isinstance(value, LITERALS)
    return type(value) in FLAGS.get(name, ()) and not str(value).startswith("-")


def _typed(options: dict[str, Any]) -> list[str]:
    words = []
    for name, value in options.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool) and name in FLAGS:
            words.append(f"--{flag}" if value else f"--no-{flag}")
        elif name in FLAGS:
            words += [f"--{flag}", str(value)]
    dotted = [f"{name}={value!r}" for name, value in options.items() if name not in FLAGS]
    return [*words, "--set", *dotted] if dotted else words
