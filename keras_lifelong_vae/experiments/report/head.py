"""The beginning of a report: what was run, how to run it again, and what is missing."""

import json
from collections.abc import Sequence

from keras_lifelong_vae import strategies
from keras_lifelong_vae.experiments.report.command import commands
from keras_lifelong_vae.experiments.report.contents import Contents
from keras_lifelong_vae.experiments.report.markdown import Table, code, escape, heading
from keras_lifelong_vae.experiments.report.summary import Spread
from keras_lifelong_vae.experiments.report.tables import NONE, written

MEASURED = (
    "-ELBO is that of the true bound on test images: z_c sampled from q, a hard z_d, both KLs "
    "unscaled; nats per test image, lower is better. ± is the sample standard deviation over seeds."
)


def head(contents: Contents) -> list[str | Table]:
    """Title, commands, budget and what is missing."""
    description = contents.spec.description if contents.spec else contents.settings["sequence"]
    blocks: list[str | Table] = [heading(contents.title, 1), escape(f"{description}.")]
    if contents.standin:
        blocks.append(escape(f"All figures and pictures are of {contents.standin}."))
    lines = commands(contents)
    blocks += [
        code(lines) if lines else escape(_made_in_python(contents)),
        _facts(contents),
        escape(MEASURED),
        _strategies(contents),
    ]
    absent = missing(contents)
    if absent:
        blocks += [heading("What is missing"), *map(escape, absent)]
    return blocks


def missing(contents: Contents) -> list[str]:
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


def _made_in_python(contents: Contents) -> str:
    options = json.dumps(contents.settings.get("options", {}), ensure_ascii=False)
    return f"Made by run_grid in Python, with options {options}."


def _facts(contents: Contents) -> Table:
    dates = [run.date for run in contents.runs if run.date]
    facts = {
        "newest run of": max(dates) if dates else "a date that was not written down",
        "seeds": ", ".join(map(str, contents.seeds)),
        "tasks": f"{len(contents.tasks)}: {', '.join(contents.tasks)}",
        "test images": f"{sum(contents.runs[0].test_sizes):,}",
        "epochs per task": _distinct([run.epochs for run in contents.runs]),
        "batch size": _distinct([run.config.get("batch_size") for run in contents.runs]),
        "real images seen": _distinct([f"{run.training_images:,}" for run in contents.runs]),
        "classifier": _classifier(contents),
        "versions": _versions(contents),
    }
    rows = [[name, value] for name, value in facts.items() if value]
    return Table("", ["", ""], rows, numeric=False)


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
    accuracies = [100 * one["accuracy"] for one in contents.classifiers.values()]
    floors = [one["floor"] for one in contents.classifiers.values()]
    n = len(floors)
    return (
        f"{written(Spread.of(accuracies), 1, n)} % of test images right; Fréchet distance of real "
        f"training to real test images (the floor) {written(Spread.of(floors), 2, n)}"
    )


def _versions(contents: Contents) -> str:
    names = sorted({name for run in contents.runs for name in run.versions})
    return ", ".join(
        f"{name} {_distinct([run.versions.get(name) for run in contents.runs], ' / ')}"
        for name in names
    )


def _distinct(values: Sequence[object], separator: str = " or ") -> str:
    return separator.join(dict.fromkeys(str(value) for value in values if value is not None))
