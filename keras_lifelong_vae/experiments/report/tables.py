"""The tables of a report."""

import math
from collections.abc import Sequence

from keras_lifelong_vae.experiments.report import summary
from keras_lifelong_vae.experiments.report.contents import Contents
from keras_lifelong_vae.experiments.report.markdown import Best, Table, heading
from keras_lifelong_vae.experiments.report.summary import Quantity, Spread
from keras_lifelong_vae.strategies.strategy import ALL_DATA

NONE = "–"
BOLD = "Bold: the best mean among strategies that keep no data and have run with all seeds."
GENERATED = (summary.FRECHET, summary.FRECHET_PRIOR, summary.EVENNESS, summary.SMALLEST_SHARE)
CATEGORY = (summary.PURITY, summary.MUTUAL_INFORMATION, summary.AGREEMENT, summary.OWN_TASK)
COST = (summary.SPEED, summary.MINUTES, summary.MEMORY, summary.WEIGHTS)


def main_tables(contents: Contents) -> list[str | Table]:
    """A row per strategy, in four tables by the question they answer."""
    cost = (
        "Real images per second of training, time in training (compiling included), the most "
        "memory the process held, the weights of the model that learns and of all that the "
        "strategy keeps at the end, and what it keeps when a task begins. Times compare only "
        "between runs that had the machine alike."
    )
    return [
        heading("How well does it remember"),
        _table(contents, _remember_caption(contents), _remember(contents)),
        heading("What does it generate"),
        _table(contents, _generated_caption(contents), GENERATED),
        *_learned_prior(contents),
        heading("What does z_d mean"),
        _table(contents, _category_caption(contents), _category(contents)),
        heading("What does it cost"),
        _table(contents, cost, COST, keeps=True),
    ]


def seeds_table(contents: Contents) -> Table:
    """A row per run."""
    quantities = (*_remember(contents), *GENERATED[:3], *CATEGORY, *COST[:2])
    rows = []
    for run in contents.runs:
        peers = summary.peers_of(run, contents.runs)
        cells = [_number(one.value(run, peers), one.decimals) for one in quantities]
        rows.append([run.strategy, str(run.seed), *cells, run.date or NONE])
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


def written(spread: Spread | None, decimals: int, seeds: int | None = None) -> str:
    """Such as "252.44 ± 0.43", or "252.44 ± 0.43 (2 of 3)" where seeds are missing."""
    if spread is None:
        return NONE
    text = _number(spread.mean, decimals)
    if spread.deviation is not None:
        text += f" ± {_number(spread.deviation, decimals)}"
    return text if seeds in (None, spread.n) else f"{text} ({spread.n} of {seeds})"


def _number(value: float | None, decimals: int) -> str:
    if value is None:
        return NONE
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text  # no "-0.00"


def _table(
    contents: Contents,
    caption: str,
    quantities: Sequence[Quantity],
    keeps: bool = False,
    only: Sequence[str] | None = None,
) -> Table:
    columns = [(quantity.heading, _column(contents, quantity)) for quantity in quantities]
    if keeps:
        kept = {name: runs[0].keeps for name, runs in contents.by_strategy.items()}
        columns.append(("keeps", kept))
    header = ["strategy", *(heading for heading, _ in columns)]
    rows = [
        [name, *(column[name] for _, column in columns)] for name in only or contents.by_strategy
    ]
    return Table(contents.titled(f"{caption} {BOLD}"), header, rows)


def _column(contents: Contents, quantity: Quantity) -> dict[str, str]:
    """A cell for each strategy."""
    spreads = summary.spreads(quantity, contents.runs)
    seeds, groups = len(contents.seeds), contents.by_strategy
    cells = {name: written(spreads.get(name), quantity.decimals, seeds) for name in groups}
    competitors = {
        name: spread.mean
        for name, spread in spreads.items()
        if spread.n == seeds and groups[name][0].keeps != ALL_DATA
    }
    if len(set(competitors.values())) > 1:
        best = (min if quantity.better == "lower" else max)(competitors.values())
        cells |= {name: Best(cells[name]) for name, mean in competitors.items() if mean == best}
    return cells


def _remember(contents: Contents) -> list[Quantity]:
    weighted = any(run.importance_weighted for run in contents.runs)
    return [
        summary.BOUND,
        *([summary.IMPORTANCE_WEIGHTED] if weighted else []),
        *(summary.RETENTION, summary.FIRST_RETENTION, summary.FORGETTING),
    ]


def _remember_caption(contents: Contents) -> str:
    weighted = [run.importance_weighted for run in contents.runs if run.importance_weighted]
    bound = ""
    if weighted:
        samples, images = weighted[0].get("samples", 0), weighted[0].get("images", 0)
        bound = (
            f"Importance-weighted bound: with S = {samples:.0f} samples on {images:,.0f} test "
            "images, lower is better. "
        )
    return (
        "Mean ± s.d. over seeds. -ELBO: after the last task, nats per test image over all tasks, "
        f"lower is better. {bound}Retention: (naive - x) / (naive - full-batch) of -ELBO, seed by "
        "seed; 0 is naive's, 1 is full-batch's, higher is better. Forgetting: -ELBO at the end "
        "minus -ELBO right after the task was learned, mean over the earlier tasks, lower is "
        "better; its negative is called backward transfer."
    )


def _generated_caption(contents: Contents) -> str:
    floors = [figures["floor"] for figures in contents.classifiers]
    mean = written(Spread.of(floors), 2) if floors else ""
    floor = mean and f"; that of real training images is {mean}"
    n = len(contents.tasks)
    return (
        "Mean ± s.d. over seeds. Fréchet distance of 10,000 generated images to test images on "
        f"the classifier's features after the last task, lower is better{floor}. Generated by "
        f"default, {contents.origins}; the second distance, where it was measured by itself, is of "
        "z from the prior, N(0, I). Evenness: entropy of the tasks' shares among generated images "
        f"over ln {n}; 1 is even, 0 is one task alone. Smallest task's share: 1/{n} would be even."
    )


def _learned_prior(contents: Contents) -> list[str | Table]:
    if not any(run.learned_prior for run in contents.runs):
        return []
    caption = (
        "Mean ± s.d. over seeds. Where codes lie, in the place of N(0, I) and uniform categories: "
        "the summaries of a model that replays from them; of a strategy that keeps all data, as "
        "many Gaussians fitted to codes of training images after the last task. One hundredth of "
        "the prior is that of training. The first two columns are under that of training, which "
        "compares with other models; bytes are those of all Gaussians."
    )
    columns = (summary.BOUND, summary.IMPORTANCE_WEIGHTED, *summary.LEARNED_PRIOR)
    own = [
        name for name, runs in contents.by_strategy.items() if any(r.learned_prior for r in runs)
    ]
    table = _table(contents, caption, columns, only=own)
    return [heading("What does a learned prior give"), table]


def _category(contents: Contents) -> tuple[Quantity, ...]:
    known = any(run.accuracy for run in contents.runs)
    return (*CATEGORY, *(summary.ACCURACY if known else ()))


def _category_caption(contents: Contents) -> str:
    most = accuracy = ""
    if any(run.accuracy for run in contents.runs):
        accuracy = (
            "Accuracy: share of all test images whose class is found, by argmax z_d, by the "
            "category with the highest likelihood at the image's z_c, and by a classifier that "
            "was trained on generated images of each category. "
        )
    if contents.spec and contents.spec.classes_per_task:
        classes = len(contents.tasks) * contents.spec.classes_per_task
        most = f"; the latter is at most ln {classes} = {math.log(classes):.2f} nats"
    return (
        "Mean ± s.d. over seeds. Purity and mutual information of argmax z_d with the classes of "
        f"all test images after the last task{most}. Agreement: share of test images of earlier "
        "tasks that keep the category the teacher gave them, mean over tasks. Generated as: share "
        "of images generated with category k that the classifier gives to k's task, mean over k. "
        f"{accuracy}Higher is better."
    )
