"""Training speed, beside the machine's own limit and a twin in PyTorch, in one run.

    pip install -e ".[bench]"
    python benchmarks/throughput.py --out throughput.json
    python benchmarks/throughput.py --match "^dense.*batch 128$"

Every contestant (one thread, two threads, one thread on one CPU, PyTorch) is a process that builds
its models once and then waits. All are asked in turn, a window of about a second each, several
rounds long; what is reported are medians. Random images: the speed doesn't depend on what is seen.

The floor does nothing but the matrix products of a step, shape by shape, and copies as many bytes
as the optimizer moves.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

WINDOW = 1.0  # seconds; at least one call of `fit`
DENSE, COLOUR = (28, 28, 1), (32, 32, 3)
STEPS, EPOCHS = 64, 2  # of an epoch; epochs of a call of `fit`
ADAM_TRAFFIC = 7 * 4  # bytes a weight: reads of w, m, v, g and writes of w, m, v


@dataclass(frozen=True)
class Case:
    """What is trained. `mode` is "first" for a task without a teacher, or the replay's."""

    mode: str = "on_top"
    ratio: int = 2
    batch: int = 128
    network: str = "dense"
    likelihood: str = "bernoulli"
    xla: bool = False
    steps_per_execution: int = 1

    @property
    def name(self) -> str:
        parts = [self.network, {"first": "first task", "in_batch": "in batch"}.get(self.mode)]
        parts[1] = parts[1] or f"ratio {self.ratio}"
        parts += [f"batch {self.batch}"]
        parts += [self.likelihood] if self.likelihood != "bernoulli" else []
        parts += ["XLA"] if self.xla else []
        execution = self.steps_per_execution
        return ", ".join([*parts, *([f"{execution} steps at once"] if execution > 1 else [])])

    @property
    def event_shape(self) -> tuple[int, ...]:
        return DENSE if self.network == "dense" else COLOUR


MODES = (Case("first"), Case("in_batch"), Case(ratio=1), Case())
SMALL = (Case("first", batch=64), Case(batch=64), Case("first", batch=10), Case(batch=10))
COLOURS = tuple(
    Case(batch=64, network="convolutional", likelihood=name)
    for name in ("bernoulli", "gaussian", "discretized_logistic")
)
OTHERS = (
    Case("first", xla=True),
    Case(xla=True),
    Case(batch=10, xla=True),
    Case(batch=10, steps_per_execution=32),
    Case(steps_per_execution=32),
    Case("first", batch=64, network="convolutional"),
    *COLOURS,
)
CONTESTANTS: dict[str, tuple[dict[str, Any], tuple[Case, ...]]] = {
    "floor": ({"threads": 1, "kind": "floor"}, (*MODES, *SMALL)),
    "one thread": ({"threads": 1}, (*MODES, *SMALL, *OTHERS)),
    "two threads": ({"threads": 2}, (*MODES, Case(xla=True), COLOURS[0])),
    "floor, two threads": ({"threads": 2, "kind": "floor"}, MODES),
    "one CPU": ({"threads": 1, "cpus": 1}, MODES),
    "torch": ({"threads": 1, "kind": "eager"}, (*MODES, Case(batch=10), COLOURS[0])),
    "torch.compile": ({"threads": 1, "kind": "compiled"}, (*MODES, Case(batch=10), COLOURS[0])),
}


def our_trainer(case: Case) -> Callable[[], int]:
    """What trains with one `fit` and returns how many images it had; all is compiled."""
    import keras

    import keras_lifelong_vae as klv

    ratio = case.ratio if case.mode == "on_top" else None
    replay = klv.Replay(ratio, mode="in_batch" if case.mode == "in_batch" else "on_top")
    model = klv.LifelongVAE(
        case.event_shape, network=case.network, likelihood=case.likelihood, replay=replay, seed=0
    )
    model.compile(
        keras.optimizers.Adam(1e-3),
        jit_compile=True if case.xla else "auto",
        steps_per_execution=case.steps_per_execution,
    )
    images = noise(case)
    task = klv.tasks.from_arrays({"noise": images}, case.batch, validation_share=0.0)[0]

    def train() -> int:
        model.fit(task.train, epochs=EPOCHS, verbose=0)
        return EPOCHS * len(images)

    train()
    if case.mode != "first":
        model.rollover_teacher()
        train()
    return train


def torch_trainer(case: Case, compiled: bool) -> Callable[[], int]:
    from torch_twin import trainer

    return trainer(noise(case), case.mode, case.ratio, case.batch, case.network, compiled)


def noise(case: Case) -> np.ndarray:
    shape = (STEPS * case.batch, *case.event_shape)
    return np.random.default_rng(0).random(shape, "float32")


@cache
def layers_of(case: Case) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]], int]:
    """Encoder's and decoder's products of one image as (rows, inputs, outputs); the weights."""
    import keras

    import keras_lifelong_vae as klv

    model = klv.LifelongVAE(case.event_shape, network=case.network, replay=None, seed=0)
    student = model.student

    def products(network: keras.Model) -> list[tuple[int, int, int]]:
        found = []
        for layer in network.layers:
            if isinstance(layer, keras.layers.Dense):
                found.append((1, *layer.kernel.shape))
            elif isinstance(layer, (keras.layers.Conv2D, keras.layers.Conv2DTranspose)):
                transposed = isinstance(layer, keras.layers.Conv2DTranspose)
                height, width = (layer.input if transposed else layer.output).shape[1:3]
                size = int(np.prod(layer.kernel.shape))
                outputs = layer.filters if not transposed else size // layer.input.shape[-1]
                found.append((height * width, size // outputs, outputs))
        return found

    features, units = student.encoder.output_shape[-1], student.decoder.input_shape[-1]
    heads = [(1, features, 2 * student.latent.latent_dim + student.latent.capacity)]
    read_in = [(1, student.latent.latent_dim + student.latent.capacity, units)]
    weights = sum(int(np.prod(weight.shape)) for weight in student.trainable_weights)
    return products(student.encoder) + heads, read_in + products(student.decoder), weights


def products_of(case: Case) -> list[tuple[int, int, int]]:
    """Every matrix product of one step, (rows, inner, columns)."""
    encoder, decoder, _ = layers_of(case)
    added = {"first": 0, "in_batch": 0, "on_top": case.ratio}[case.mode]
    student = case.batch * (1 + added)
    teacher = {"first": 0, "in_batch": case.batch, "on_top": case.batch * added}[case.mode]
    found = []
    for number, (rows, inner, columns) in enumerate(encoder + decoder):
        found.append((student * rows, inner, columns))  # forward
        found.append((inner, student * rows, columns))  # gradient of the weights
        if number:  # the gradient of the images is not asked for
            found.append((student * rows, columns, inner))
    if teacher:
        for rows, inner, columns in encoder:
            found.append((teacher * rows, inner, columns))
        for rows, inner, columns in decoder:  # shows; decodes the student's z, and back to it
            found += [(teacher * rows, inner, columns)] * 2
            found.append((teacher * rows, columns, inner))
    return found


def floor_of(case: Case) -> Callable[[], int]:
    """Does the products of one step and moves as many bytes as Adam does, and nothing else."""
    import tensorflow as tf

    products, weights = products_of(case), layers_of(case)[2]
    pairs = [(tf.random.normal(shape[:2]), tf.random.normal(shape[1:])) for shape in products]
    source = np.ones(ADAM_TRAFFIC // (2 * 4) * weights, "float32")  # a copy reads and writes
    target = np.empty_like(source)

    @tf.function
    def multiply() -> list[tf.Tensor]:
        return [tf.matmul(left, right)[0, 0] for left, right in pairs]

    multiply()

    def train() -> int:
        for _ in range(8):
            multiply()
            np.copyto(target, source)
        return 8 * case.batch

    return train


def serve(options: dict[str, Any]) -> None:
    """Answers each case that is asked for with its images and seconds, until nothing is asked."""
    if "cpus" in options:
        os.sched_setaffinity(0, set(list(os.sched_getaffinity(0))[: options["cpus"]]))
    kind = options.get("kind", "ours")
    if kind in ("ours", "floor"):
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(options["threads"])
        tf.config.threading.set_inter_op_parallelism_threads(options["threads"])
    else:
        import torch

        torch.set_num_threads(options["threads"])
    trainers: dict[Case, Callable[[], int]] = {}
    makers = {"ours": our_trainer, "floor": floor_of}
    for line in sys.stdin:
        case = Case(**json.loads(line))
        if case not in trainers:
            make = makers.get(kind, partial(torch_trainer, compiled=kind == "compiled"))
            trainers[case] = make(case)
        images, begun = 0, time.perf_counter()
        while (seconds := time.perf_counter() - begun) < WINDOW:
            images += trainers[case]()
        print(json.dumps({"images": images, "seconds": seconds}), flush=True)


def start(options: dict[str, Any]) -> subprocess.Popen:
    environment = {**os.environ, "OMP_NUM_THREADS": str(options["threads"])}
    environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
    arguments = [sys.executable, __file__, "--serve", json.dumps(options)]
    pipe = subprocess.PIPE
    return subprocess.Popen(arguments, stdin=pipe, stdout=pipe, text=True, env=environment)


def ask(process: subprocess.Popen, case: Case) -> float:
    """Images per second of one window."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(asdict(case)) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    return answer["images"] / answer["seconds"]


def measure(rounds: int, chosen: list[str], pattern: str) -> dict[str, dict[str, float]]:
    """Median images per second by contestant and case."""
    processes = {name: start(CONTESTANTS[name][0]) for name in chosen}
    pairs = [(name, case) for name in chosen for case in CONTESTANTS[name][1]]
    pairs = [pair for pair in pairs if re.search(pattern, pair[1].name)]
    speeds: dict[str, dict[str, list[float]]] = {name: {} for name in chosen}
    for number in range(rounds + 1):
        # Case by case, so that what is compared is measured within seconds.
        for name, case in sorted(pairs, key=lambda pair: pair[1].name):
            speed = ask(processes[name], case)
            if number:  # the first round builds and compiles
                speeds[name].setdefault(case.name, []).append(speed)
        print(f"round {number} of {rounds}", file=sys.stderr, flush=True)
    for process in processes.values():
        process.communicate()
    return {
        name: {case: statistics.median(values) for case, values in cases.items()}
        for name, cases in speeds.items()
    }


def table(speeds: dict[str, dict[str, float]]) -> str:
    cases = list(dict.fromkeys(case for own in speeds.values() for case in own))
    lines = ["| images/s | " + " | ".join(speeds) + " | share of the floor |"]
    lines.append("|---|" + "---|" * (len(speeds) + 1))
    for case in cases:
        cells = [f"{own[case]:,.0f}" if case in own else "" for own in speeds.values()]
        floor, own = (speeds.get(name, {}).get(case) for name in ("floor", "one thread"))
        share = f"{own / floor:.2f}" if floor and own else ""
        lines.append(f"| {case} | " + " | ".join([*cells, share]) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=list(CONTESTANTS), default=list(CONTESTANTS))
    parser.add_argument("--match", default="", help="only cases whose name this finds, a pattern")
    parser.add_argument("--out", type=Path, help="a JSON file for the figures")
    parser.add_argument("--serve", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve(options.serve)
    speeds = measure(options.rounds, options.only, options.match)
    print(table(speeds))
    if options.out:
        options.out.write_text(json.dumps(speeds, indent=1) + "\n")
    return None


if __name__ == "__main__":
    main()
