"""The tables of a report."""

import math
from collections.abc import Sequence

from keras_lifelong_vae.experiments.report import summary
from keras_lifelong_vae.experiments.report.contents import Contents
from keras_lifelong_vae.experiments.report.markdown import Best, Table, heading
from keras_lifelong_vae.experiments.report.summary import Quantity, Spread
from keras_lifelong_vae.experiments.results import Results

NONE = "–"
ALL_DATA = "all data"  # what `Strategy.keeps` says of strategies that are no competitors
BOLD = "Bold: the best mean among strategies that keep no data and have run with all seeds."


def main_tables(contents: Contents) -> list[str | Table]:
    """A row per strategy, in four tables by the question they answer."""
    return [
        heading("How well does it remember"),
        _table(contents, _remember_caption(contents), _remember(contents)),
        heading("What does it generate"),
        _table(
            contents,
            _generated_caption(contents),
            (summary.FRECHET, summary.FRECHET_PRIOR, summary.EVENNESS, summary.SMALLEST_SHARE),
        ),
        heading("What does z_d mean"),
        _table(
            contents,
            _category_caption(contents),
            (summary.PURITY, summary.MUTUAL_INFORMATION, summary.AGREEMENT, summary.OWN_TASK),
        ),
        heading("What does it cost"),
        _table(
            contents,
            "Real images per second of training, time in training (compiling included), the most "
            "memory the process held, the weights of the model that learns and of all that the "
            "strategy keeps at the end, and what it keeps when a task begins. Times compare only "
            "between runs that had the machine alike.",
            (summary.SPEED, summary.MINUTES, summary.MEMORY, summary.WEIGHTS),
            keeps=True,
        ),
    ]


def seeds_table(contents: Contents) -> Table:
    """A row per run."""
    quantities = (
        *_remember(contents),
        *(summary.FRECHET, summary.FRECHET_PRIOR, summary.EVENNESS, summary.PURITY),
        *(summary.MUTUAL_INFORMATION, summary.AGREEMENT, summary.OWN_TASK),
        *(summary.SPEED, summary.MINUTES),
    )
    rows = [
        [
            run.strategy,
            str(run.seed),
            *(_single(quantity, run, contents.runs) for quantity in quantities),
            run.date or NONE,
        ]
        for run in contents.runs
    ]
    header = ["strategy", "seed", *(quantity.heading for quantity in quantities), "finished on"]
    return Table(contents.titled("Every run by itself; columns as above."), header, rows)


def tasks_table(contents: Contents) -> Table:
    """-ELBO of each task at the end, a row per strategy."""
    columns = [
        Quantity(name, lambda run, _, j=j: run.negative_elbo[-1][j])  # type: ignore[misc]
        for j, name in enumerate(contents.tasks)
    ]
    caption = "-ELBO at the end by task, nats per test image of that task, mean ± s.d. over seeds."
    return _table(contents, caption, columns)


def written(spread: Spread | None, decimals: int, seeds: int) -> str:
    """Such as "252.44 ± 0.43", or "252.44 ± 0.43 (2 of 3)" where seeds are missing."""
    if spread is None:
        return NONE
    text = _number(spread.mean, decimals)
    if spread.deviation is not None:
        text += f" ± {_number(spread.deviation, decimals)}"
    return text if spread.n == seeds else f"{text} ({spread.n} of {seeds})"


def _number(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text  # no "-0.00"


def _single(quantity: Quantity, run: Results, runs: Sequence[Results]) -> str:
    value = quantity.value(run, summary.peers_of(run, runs))
    return NONE if value is None else _number(value, quantity.decimals)


def _table(
    contents: Contents, caption: str, quantities: Sequence[Quantity], keeps: bool = False
) -> Table:
    columns = [_column(contents, quantity) for quantity in quantities]
    rows = []
    for i, (strategy, runs) in enumerate(contents.by_strategy.items()):
        row = [strategy, *(column[i] for column in columns)]
        rows.append([*row, runs[0].keeps] if keeps else row)
    header = ["strategy", *(quantity.heading for quantity in quantities)]
    return Table(
        contents.titled(f"{caption} {BOLD}"), [*header, "keeps"] if keeps else header, rows
    )


def _column(contents: Contents, quantity: Quantity) -> list[str]:
    spreads = summary.spreads(quantity, contents.runs)
    seeds = len(contents.seeds)
    competitors = {
        strategy: spreads[strategy].mean
        for strategy, runs in contents.by_strategy.items()
        if strategy in spreads and spreads[strategy].n == seeds and runs[0].keeps != ALL_DATA
    }
    choose = min if quantity.better == "lower" else max
    means = set(competitors.values())
    best = {strategy for strategy, mean in competitors.items() if mean == choose(means)}
    column = []
    for name in contents.strategies:
        text = written(spreads.get(name), quantity.decimals, seeds)
        column.append(Best(text) if len(means) > 1 and name in best else text)
    return column


def _remember(contents: Contents) -> list[Quantity]:
    quantities = [summary.BOUND, summary.IMPORTANCE_WEIGHTED, summary.RETENTION]
    quantities += [summary.FIRST_RETENTION, summary.FORGETTING]
    weighted = any(run.importance_weighted for run in contents.runs)
    return [one for one in quantities if weighted or one is not summary.IMPORTANCE_WEIGHTED]


def _remember_caption(contents: Contents) -> str:
    caption = (
        "Mean ± s.d. over seeds. -ELBO: after the last task, nats per test image over all tasks, "
        "lower is better. "
    )
    weighted = [run.importance_weighted for run in contents.runs if run.importance_weighted]
    if weighted:
        samples, images = weighted[0].get("samples", 0), weighted[0].get("images", 0)
        caption += (
            f"Importance-weighted bound: with S = {samples:.0f} samples on {images:,.0f} test "
            "images, lower is better. "
        )
    return caption + (
        "Retention: (naive - x) / (naive - full-batch) of -ELBO, seed by seed; 0 is naive's, 1 is "
        "full-batch's, higher is better. Forgetting: -ELBO at the end minus -ELBO right after the "
        "task was learned, mean over the earlier tasks, lower is better; its negative is called "
        "backward transfer."
    )


def _generated_caption(contents: Contents) -> str:
    caption = (
        "Mean ± s.d. over seeds. Fréchet distance of 10,000 generated images to test images on "
        "the classifier's features after the last task, lower is better"
    )
    floors = [figures["floor"] for figures in contents.classifiers.values()]
    if floors:
        floor = written(Spread.of(floors), 2, len(floors))
        caption += f"; that of real training images is {floor}"
    return f"{caption}. " + (
        f"Generated by default, {contents.origins}; the second distance, where it was measured by "
        "itself, is of z from the prior, N(0, I). "
        "Evenness: entropy of the tasks' shares among generated images over ln "
        f"{len(contents.tasks)}; 1 is even, 0 is one task alone. Smallest task's share: "
        f"1/{len(contents.tasks)} would be even."
    )


def _category_caption(contents: Contents) -> str:
    caption = (
        "Mean ± s.d. over seeds. Purity and mutual information of argmax z_d with the classes of "
        "all test images after the last task"
    )
    if contents.spec and contents.spec.classes_per_task:
        classes = len(contents.tasks) * contents.spec.classes_per_task
        caption += f"; the latter is at most ln {classes} = {math.log(classes):.2f} nats"
    return caption + (
        ". Agreement: share of test images of earlier "
        "tasks that keep the category the teacher gave them, mean over tasks. Last column: share "
        "of images generated with category k that the classifier gives to k's task, mean over k. "
        "Higher is better."
    )
