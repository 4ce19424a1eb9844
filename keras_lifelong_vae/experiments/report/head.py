"""The beginning of a report: what was run, how to run it again, and what is missing."""

import json
import math
import re
import shlex
from collections.abc import Sequence
from typing import Any

from keras_lifelong_vae import strategies
from keras_lifelong_vae.experiments.report.contents import Contents
from keras_lifelong_vae.experiments.report.markdown import Table, escape, fenced, heading
from keras_lifelong_vae.experiments.report.summary import Spread
from keras_lifelong_vae.experiments.report.tables import NONE, written
from keras_lifelong_vae.printable import printable

FLAGS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("epochs", "batch_size", "latent_dim", "categories_per_task"), (int,)),
    **dict.fromkeys(("learning_rate_decay", "network", "likelihood"), (str,)),
    "learning_rate": (int, float),
    "jit_compile": (bool,),
}
LITERALS = (bool, int, float, str, type(None))
DOTTED = re.compile(r"\w[\w-]*(\.\w+)+")
MEASURED = (
    "-ELBO is that of the true bound on test images: z_c sampled from q, a hard z_d, both KLs "
    "unscaled; nats per test image, lower is better. ± is the sample standard deviation over "
    "seeds. A dash stands where there is nothing to measure: what has learned all at once has "
    "no earlier task to forget and no category that belongs to a task, what keeps no summaries "
    "draws z from the prior alone."
)


def title(contents: Contents) -> list[str]:
    """The title, and what was learned."""
    description = contents.spec.description if contents.spec else contents.settings["sequence"]
    standin = contents.standin
    stood_in = [f"All figures and pictures are of {standin}."] if standin else []
    return [heading(contents.title, 1), *map(escape, [f"{description}.", *stood_in])]


def head(contents: Contents) -> list[str | Table]:
    """Commands, budget and what is missing."""
    absent = _missing(contents)
    return [
        *(_how(contents), _facts(contents), escape(MEASURED), _strategies(contents)),
        *([heading("What is missing"), *map(escape, absent)] if absent else []),
    ]


def _how(contents: Contents) -> str:
    """The commands that make the grid, in a directory named after the sequence, and its report.

    Words if none do: a sequence, strategy or option may be one that only Python can give.
    """
    settings, known = contents.settings, strategies.names()
    begun = {run.strategy for run in contents.all_runs}
    options = settings.get("options", {})
    out = f"runs/{settings['sequence']}"
    words = ["lifelong-vae", "compare", settings["sequence"]]
    if begun != set(known):
        words += ["--strategies", *(name for name in known if name in begun)]
    words += ["--seeds", *map(str, contents.seeds), "--out", out]
    for flag, name in (("--tasks", "num_tasks"), ("--iwae", "importance_samples")):
        if settings.get(name):
            words += [flag, str(settings[name])]
    if settings.get("standin"):
        words.append("--standin")
    line = shlex.join([*words, *_typed(options)])
    can_be_typed = all(_can_be_typed(name, value) for name, value in options.items())
    fits = "\n" not in line and printable(line) == line
    if contents.spec is None or not begun <= set(known) or not can_be_typed or not fits:
        text = json.dumps(options, ensure_ascii=False)
        return escape(f"Made by run_grid in Python, with options {text}.")
    return fenced(f"{line}\n{shlex.join(['lifelong-vae', 'report', out])}", "sh")


def _can_be_typed(name: str, value: Any) -> bool:
    if isinstance(value, float) and not math.isfinite(value):
        return False
    if DOTTED.fullmatch(name):
        return isinstance(value, LITERALS)
    return type(value) in FLAGS.get(name, ()) and not str(value).startswith("-")


def _typed(options: dict[str, Any]) -> list[str]:
    words, dotted = [], []
    for name, value in options.items():
        flag = name.replace("_", "-")
        if name not in FLAGS:
            dotted.append(f"{name}={value!r}")
        elif isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            words += [f"--{flag}", str(value)]
    return [*words, "--set", *dotted] if dotted else words


def _missing(contents: Contents) -> list[str]:
    """A line for everything that the report would be of if it were there."""
    lines = []
    absent = [name for name in strategies.names() if name not in contents.by_strategy]
    if absent:
        lines.append(f"No finished run of: {', '.join(absent)}.")
    for strategy, runs in contents.by_strategy.items():
        seeds = [str(seed) for seed in contents.seeds if seed not in {run.seed for run in runs}]
        if seeds:
            lines.append(f"{strategy}: no finished run with seed {', '.join(seeds)}.")
    for run in contents.begun:
        stages = f"{len(run.negative_elbo)} of {len(run.stages)} stages"
        lines.append(f"{run.strategy}, seed {run.seed}: not finished, {stages}.")
    for run in contents.diverged:
        lines.append(f"{run.strategy}, seed {run.seed}: left out, its -ELBO is not finite.")
    if "full-batch" in absent or "naive" in absent:
        lines.append("Retention needs naive and full-batch with the same seed.")
    return lines


def _facts(contents: Contents) -> Table:
    runs = contents.runs
    names = sorted({name for run in runs for name in run.versions})
    versions = [_distinct([run.versions.get(name) for run in runs], " / ") for name in names]
    facts = {
        "newest run of": max(run.date for run in runs) or "a date that was not written down",
        "seeds": ", ".join(map(str, contents.seeds)),
        "tasks": f"{len(contents.tasks)}: {', '.join(contents.tasks)}",
        "test images": f"{sum(runs[0].test_sizes):,}",
        "epochs per task": _distinct([run.epochs for run in runs]),
        "batch size": _distinct([run.config.get("batch_size") for run in runs]),
        "real images seen": _distinct([f"{run.training_images:,}" for run in runs]),
        "classifier": _classifier(contents),
        "versions": ", ".join(map(" ".join, zip(names, versions, strict=True))),
    }
    return Table("", ["", ""], [one for one in facts.items() if one[1]], numeric=False)


def _distinct(values: Sequence[object], separator: str = " or ") -> str:
    return separator.join(dict.fromkeys(str(value) for value in values if value is not None))


def _strategies(contents: Contents) -> Table:
    known = strategies.names()
    rows = [
        [name, strategies.get(name).description if name in known else NONE, runs[0].keeps]
        for name, runs in contents.by_strategy.items()
    ]
    caption = "Strategies, and what each keeps in memory besides the model that learns."
    return Table(caption, ["strategy", "what it does", "keeps"], rows, numeric=False)


def _classifier(contents: Contents) -> str:
    if not contents.classifiers:
        return ""
    accuracy = Spread.of([100 * one["accuracy"] for one in contents.classifiers])
    floor = Spread.of([one["floor"] for one in contents.classifiers])
    return (
        f"{written(accuracy, 1)} % of test images right; Fréchet distance of real training to real "
        f"test images (the floor) {written(floor, 2)}"
    )
