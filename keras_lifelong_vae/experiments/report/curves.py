"""Lines over tasks and over training images, by strategy."""

import textwrap
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from keras_lifelong_vae import strategies
from keras_lifelong_vae.experiments.report import summary
from keras_lifelong_vae.experiments.report.contents import Contents
from keras_lifelong_vae.experiments.results import Results
from keras_lifelong_vae.plots.curves import COLORS, MARKERS

FULL_BATCH = "full-batch"
PAIR = ("lifelong", "no-consistency")
MAX_UPRIGHT = 3
MAX_IN_ROW = 8  # of a legend
MAX_LETTERS = 90  # in a line of a title
MAX_LABELS = 12  # as many task names fit below an axis


def style(strategy: str) -> tuple[str, str]:
    """The colour and marker of a strategy, the same in all pictures."""
    known = strategies.names()
    if strategy not in known:
        return "black", MARKERS[crc32(strategy.encode()) % len(MARKERS)]
    i = known.index(strategy)
    return COLORS[i % len(COLORS)], MARKERS[i % len(MARKERS)]


def bound_curves(contents: Contents) -> Figure | None:
    """-ELBO against tasks: whole, and beside it a detail in which good strategies differ."""
    curves = {
        name: np.stack([summary.progress(run) for run in runs])
        for name, runs in contents.task_by_task.items()
    }
    if not curves:
        return None
    ends = [summary.same_tasks(run) for run in contents.by_strategy.get(FULL_BATCH, [])]
    reference = np.mean(ends, axis=0) if ends else np.zeros(len(contents.tasks))
    figure = Figure(figsize=(12, 5.4), layout="constrained")
    whole, detail = figure.subplots(1, 2)
    for axes, offset in ((whole, np.zeros_like(reference)), (detail, reference)):
        for name, values in curves.items():
            _draw(axes, name, values - offset)
        if ends:
            numbers, (color, _) = np.arange(1, len(reference) + 1), style(FULL_BATCH)
            axes.plot(numbers, reference - offset, "--", color=color, label=FULL_BATCH)
        _label_tasks(axes, contents.tasks)
    whole.set_ylabel("-ELBO, nats per test image")
    detail.set_ylabel("excess over full-batch, nats" if ends else "-ELBO")
    _cut(detail, [values - reference for values in curves.values()], bool(ends))
    _finish(figure, whole, contents.titled("Mean -ELBO over the test images of the tasks so far"))
    return figure


def frechet_curves(contents: Contents) -> Figure | None:
    """Fréchet distance against tasks, on a logarithmic scale."""
    figure = Figure(figsize=(9.6, 5.4), layout="constrained")
    axes = figure.add_subplot()
    for name, runs in contents.task_by_task.items():
        curves = [[stage.get("frechet_distance") for stage in run.measurements] for run in runs]
        known = [one for one in curves if None not in one and len(one) == len(contents.tasks)]
        if known:
            _draw(axes, name, np.array(known, "float64"))
    if not axes.lines:
        return None
    ends = summary.spreads(summary.FRECHET, contents.by_strategy.get(FULL_BATCH, []))
    if FULL_BATCH in ends:
        color, _ = style(FULL_BATCH)
        axes.axhline(ends[FULL_BATCH].mean, linestyle="--", color=color, label=FULL_BATCH)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("{x:g}")
    axes.tick_params(axis="y", which="minor", labelsize="x-small")
    axes.set_ylabel("Fréchet distance (log scale)")
    _label_tasks(axes, contents.tasks)
    title = "Fréchet distance of generated images to test images of the tasks so far"
    _finish(figure, axes, with_origins(contents, title))
    return figure


def with_origins(contents: Contents, title: str) -> str:
    """The title of a picture about generated images, with what they are generated from."""
    return f"{contents.titled(title)}\n{textwrap.fill(contents.origins, MAX_LETTERS)}"


def validation_curves(contents: Contents) -> Figure | None:
    """-ELBO on validation images against real images seen, with and without consistency."""
    with_it, without = (
        {run.seed: run for run in contents.by_strategy.get(name, []) if run.history}
        for name in PAIR
    )
    if not with_it:
        return None
    common = sorted(with_it.keys() & without.keys())
    figure = Figure(figsize=(12, 6.4 if common else 4.4), layout="constrained")
    rows = figure.subplots(2 if common else 1, 1, sharex=True, squeeze=False)[:, 0]
    for name, runs in zip(PAIR, (with_it, without), strict=True):
        if runs:
            values = np.stack([_validation(run) for run in runs.values()])
            _draw_by_stage(rows[0], name, next(iter(runs.values())), values)
    rows[0].set_ylabel("-ELBO, nats per\nvalidation image")
    rows[-1].xaxis.set_major_formatter("{x:,.0f}")
    rows[-1].set_xlabel("real training images seen (dotted: the next task begins)")
    if common:
        gains = [_validation(with_it[seed]) - _validation(without[seed]) for seed in common]
        _draw_by_stage(rows[1], PAIR[0], with_it[common[0]], np.stack(gains))
        rows[1].axhline(0, color="black", linewidth=0.8)
        rows[1].set_ylabel(f"{PAIR[0]} minus\n{PAIR[1]}, nats")
    title = "-ELBO on the present task's validation images, after each epoch"
    _finish(figure, rows[0], contents.titled(title))
    return figure


def _draw(
    axes: Axes, name: str, values: np.ndarray, x: np.ndarray | None = None, **line: object
) -> None:
    """The mean of `(seeds, points)`, with a band of one standard deviation."""
    color, marker = style(name)
    mean = values.mean(axis=0)
    x = np.arange(1, len(mean) + 1) if x is None else x
    options: dict[str, object] = {"marker": marker, "markersize": 6, "label": name, **line}
    axes.plot(x, mean, color=color, **options)  # type: ignore[arg-type]
    if len(values) > 1:
        spread = values.std(axis=0, ddof=1)
        axes.fill_between(x, mean - spread, mean + spread, color=color, alpha=0.18, linewidth=0)


def _draw_by_stage(axes: Axes, name: str, run: Results, values: np.ndarray) -> None:
    """As `_draw`, broken where the validation images change."""
    x = np.array([point["images"] for point in run.history])
    parts = np.array_split(np.arange(len(x)), len(run.stages))
    for i, part in enumerate(parts):
        line = {"label": None if i else name, "markersize": 3.5, "linewidth": 1.2}
        _draw(axes, name, values[:, part], x[part], **line)
        if i:
            axes.axvline(x[part[0] - 1], linestyle=":", color="gray", linewidth=0.8)


def _validation(run: Results) -> np.ndarray:
    return np.array([point["negative_elbo"] for point in run.history])


def _cut(axes: Axes, curves: Sequence[np.ndarray], with_zero: bool) -> None:
    """Limits the axis to what the better half of the curves needs, and says so."""
    means = sorted((values.mean(axis=0) for values in curves), key=lambda mean: float(mean[-1]))
    better = np.concatenate(means[: max(1, len(means) // 2)])
    low, high = better.min(), better.max()
    if with_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    margin = 0.08 * max(high - low, 0.1)
    axes.set_ylim(low - margin, high + margin)
    if any(mean.max() > high + margin for mean in means):
        axes.set_title(f"detail: cut off at {high + margin:.3g}", fontsize="medium")


def _label_tasks(axes: Axes, tasks: Sequence[str]) -> None:
    few = len(tasks) <= MAX_LABELS
    if few:
        name_ticks(axes, np.arange(1, len(tasks) + 1), tasks)
    axes.set_xlabel("after training on" if few else "tasks learned")


def name_ticks(axes: Axes, places: np.ndarray, tasks: Sequence[str]) -> None:
    """Task names below an axis: a few upright, in two lines if they need them; many aslant."""
    if len(tasks) <= MAX_UPRIGHT:
        axes.set_xticks(places, [name.replace(" (", "\n(") for name in tasks])
        axes.margins(x=0.15)  # the names of the first and the last reach beyond their points
    else:
        axes.set_xticks(places, tasks, rotation=30, ha="right")


def _finish(figure: Figure, first: Axes, title: str) -> None:
    figure.suptitle(title)
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", alpha=0.25)
    handles, labels = first.get_legend_handles_labels()
    rows = -(-len(labels) // MAX_IN_ROW)
    columns = -(-len(labels) // rows)
    figure.legend(handles, labels, loc="outside lower center", ncols=columns, frameon=False)
