"""How well changes in a stream are noticed, beside other detectors of the same evidence.

    pip install -e ".[bench]"
    python benchmarks/streams.py --out streams.json --table streams.md

Random streams of real images whose changes are known. Nothing is trained: what TransitionDetector
looks at does not depend on what a model has learned. It is given the real callback, with a model
that only counts. The others (river's ADWIN, Page-Hinkley and KSWIN as they come) see the same
logarithm of a probability, batch by batch, and nothing is held back for them.

A transition counts as found if it is noticed between its first batch and the next change.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from matplotlib import pyplot as plt
from river import drift
from stream_cases import ABRUPT, GRADUAL, LONGEST, QUIETS, SHORTEST, Stream

import keras_lifelong_vae as klv
from keras_lifelong_vae.streams import Projections, StreamWatch, TaskMoments

PERIOD = (SHORTEST + LONGEST) // 2  # of the dummy that fires by the clock
CASES = {**ABRUPT, **GRADUAL, **QUIETS}
DRAWN = (
    "pullover, coat, shirt",
    "mnist, A-B-A-C-B",
    "mnist, cross-fade over 50-500 batches",
    "mnist, broken batches",
)


class Counting:
    """In the place of a model: counts steps and tasks, and learns nothing."""

    steps_per_execution = 1
    distribute_strategy = tf.distribute.get_strategy()

    def __init__(self, event_shape: Sequence[int]) -> None:
        self.event_shape = tuple(event_shape)
        names = ("finished_tasks", "present_task", "training_steps", "steps_at_rollover")
        self.finished_tasks, self.present_task, self.training_steps, self.steps_at_rollover = (
            tf.Variable(0, name=name) for name in names
        )
        self.task_moments = TaskMoments(64, Projections(event_shape).size)

    def learn_batch(self, images: Any) -> None:
        self.training_steps.assign_add(1)

    def rollover_teacher(self) -> None:
        is_new = int(self.present_task) == int(self.finished_tasks)
        self.finished_tasks.assign_add(int(is_new))
        self.present_task.assign(self.finished_tasks)
        self.steps_at_rollover.assign(self.training_steps)

    def resume_task(self, task: int) -> None:
        self.present_task.assign(task)


class Found(NamedTuple):
    """What one detector says of one stream.

    Attributes:
        noticed: Batches after which it fired.
        known: For each of them which task had come back, or `None`.
        dropped: How many batches it left out.
    """

    noticed: list[int]
    known: list[int | None]
    dropped: int = 0


def by_callback(stream: Stream) -> tuple[Found, list[float]]:
    """What TransitionDetector finds, and the evidence of each batch for the others."""
    first = next(stream.batches)
    model, detector = Counting(first.shape[1:]), klv.TransitionDetector()
    watch = detector.watch(model)
    detector.set_model(model)
    # Nothing is held back here: what is learned is all that came before.
    passive = StreamWatch(first.shape[1:], -np.inf, detector.confirmations, detector.window)

    @tf.function
    def step(images: tf.Tensor) -> tf.Tensor:
        log_p, _ = passive.log_p(images)
        passive.screen(images, lambda _: None)
        watch.screen(images, model.learn_batch)
        return log_p

    detector.on_train_begin()
    evidence = []
    for images in chain([first], stream.batches):
        evidence.append(float(step(images)))
        detector.on_train_batch_end(0)
    detector.on_train_end()
    noticed = [one.batch + detector.confirmations - 1 for one in detector.transitions]
    known = [one.task if one.has_returned else None for one in detector.transitions]
    return Found(noticed, known, detector.outliers), evidence


def by_river(make: Callable[[], Any], evidence: Sequence[float]) -> Found:
    detector, noticed = make(), []
    for batch, log_p in enumerate(evidence):
        detector.update(-log_p)
        if detector.drift_detected:
            noticed.append(batch)
    return Found(noticed, [None] * len(noticed))


def dummies(stream: Stream) -> Iterator[tuple[str, Found]]:
    period = list(range(PERIOD, stream.length, PERIOD))
    always = list(range(stream.length))
    noticed = {"never": [], "always": always, "fixed period": period, "oracle": stream.boundaries}
    for name, batches in noticed.items():
        yield name, Found(batches, [None] * len(batches))


def judge(stream: Stream, found: Found) -> dict[str, Any]:
    """Delays of what was found in batches, and how much was missed, false, or known again."""
    ends = [*stream.boundaries, stream.length][1:]
    delays, right, returned = [], set(), 0
    for begin, end, known in zip(stream.boundaries, ends, stream.known, strict=True):
        within = [place for place, batch in enumerate(found.noticed) if begin <= batch < end]
        if within:
            right.add(within[0])
            delays.append(found.noticed[within[0]] - begin + 1)
            returned += known is not None and found.known[within[0]] == known
    return {
        "boundaries": len(stream.boundaries),
        "batches": stream.length,
        "delays": delays,
        "false": len(found.noticed) - len(right),
        "returns": sum(known is not None for known in stream.known),
        "known_again": returned,
        "broken": len(stream.broken),
        "dropped": found.dropped,
    }


RIVER = {"ADWIN": drift.ADWIN, "Page-Hinkley": drift.PageHinkley, "KSWIN": drift.KSWIN}


def run(case: str, number: int) -> dict[str, list[dict[str, Any]]]:
    """By detector, the judgement of each stream."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for seed in range(number):
        place = list(CASES).index(case)
        stream = CASES[case](np.random.default_rng([place, seed]))
        found, evidence = by_callback(stream)
        own = {"TransitionDetector": found}
        own |= {name: by_river(make, evidence) for name, make in RIVER.items()}
        for name, one in (*own.items(), *dummies(stream)):
            rows.setdefault(name, []).append(judge(stream, one))
    return rows


def summary(rows: list[dict[str, Any]]) -> dict[str, float | None]:
    total = {name: sum(row[name] for row in rows) for name in rows[0] if name != "delays"}
    delays = [delay for row in rows for delay in row["delays"]]
    hits, false = len(delays), total["false"]
    f1 = 2 * hits / (total["boundaries"] + hits + false) if total["boundaries"] else None
    return {
        "boundaries": total["boundaries"],
        "missed": total["boundaries"] - hits,
        "false": false,
        "false in 100,000": 1e5 * false / total["batches"],
        "median delay": float(np.median(delays)) if delays else None,
        "95 %": float(np.percentile(delays, 95)) if delays else None,
        "F1": f1,
        "known again": total["known_again"] / total["returns"] if total["returns"] else None,
        "batches": total["batches"],
        "broken": total["broken"],
        "dropped": total["dropped"],
    }


def table(results: dict[str, Any]) -> str:
    """What TransitionDetector finds, and how the others do."""
    columns = ["missed", "false in 100,000", "median delay", "95 %", "known again", "dropped"]
    lines = ["| stream | batches | changes | " + " | ".join(columns) + " | of broken |"]
    lines.append("|---" * (len(columns) + 4) + "|")
    for case, detectors in results.items():
        found = summary(detectors["TransitionDetector"])
        head = [case, f"{found['batches']:,.0f}", f"{found['boundaries']:.0f}"]
        cells = ["" if found[one] is None else f"{found[one]:.3g}" for one in columns]
        lines.append("| " + " | ".join([*head, *cells, f"{found['broken']:.0f}"]) + " |")
    names = list(next(iter(results.values())))
    for title, wanted in (("F1", ABRUPT), ("false in 100,000", {**GRADUAL, **QUIETS})):
        lines += ["", f"| {title} | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
        for case in (case for case in results if case in wanted):
            rows = (summary(results[case][name])[title] for name in names)
            lines.append(f"| {case} | " + " | ".join(f"{value:.2g}" for value in rows) + " |")
    return "\n".join(lines) + "\n"


def draw(cases: Sequence[str], path: Path) -> None:
    """What the detector saw of the first stream of each case, and what it decided."""
    figure, every = plt.subplots(len(cases), figsize=(10, 2.2 * len(cases)), layout="constrained")
    for case, axes in zip(cases, every, strict=True):
        stream = CASES[case](np.random.default_rng([list(CASES).index(case), 0]))
        found, evidence = by_callback(stream)
        ends = [0, *stream.boundaries, stream.length]
        for place, (begin, end) in enumerate(pairwise(ends)):
            axes.axvspan(begin, end, color="0.94" if place % 2 else "0.86", linewidth=0)
        axes.plot(evidence, color="#332288", linewidth=0.6)
        for batch, known in zip(found.noticed, found.known, strict=True):
            axes.axvline(batch, color="#CC6677" if known is None else "#117733", linestyle="--")
        axes.set_yscale("symlog", linthresh=10)
        axes.set(ylim=(-1500, 2), yticks=(-700, -100, -10, 0), xlim=(0, stream.length))
        axes.set_yticklabels(["-700", "-100", "-10", "0"])
        axes.set(title=case, ylabel="log p, nats")
    axes.set_xlabel("batch; bands: true tasks; dashed: noticed, green if known again")
    figure.savefig(path, dpi=64)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=20, help="of each case")
    parser.add_argument("--cases", nargs="+", choices=list(CASES), default=list(CASES))
    parser.add_argument("--out", type=Path, default=Path("streams.json"), help="is gone on with")
    parser.add_argument("--table", type=Path, help="a Markdown file for the tables")
    parser.add_argument("--plot", type=Path, help="a PNG file of a stream of some cases")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    results = json.loads(options.out.read_text()) if options.out.exists() else {}
    for case in options.cases:
        if case not in results:
            results[case] = run(case, options.streams)
            options.out.write_text(json.dumps(results) + "\n")
            print(case, summary(results[case]["TransitionDetector"]), flush=True)
    if options.table:
        options.table.write_text(table(results))
    if options.plot:
        draw(DRAWN, options.plot)


if __name__ == "__main__":
    main()
