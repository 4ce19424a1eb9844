"""Hundreds of tiny tasks in a row: what the last costs beside the second, and what is still known.

    python benchmarks/many_tasks.py --tasks 200 --out many_tasks.json --plot many_tasks.png

A task is a random pattern of 8x8 black and white pixels, drawn here; each of its images has one
pixel in twenty the other way round. What the model generates for a task counts as known if its mean
is nearest to that task's pattern, of all tasks. Room for all tasks is allocated ahead, so that
nothing is traced again. One thread.
"""

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from matplotlib import pyplot as plt

import keras_lifelong_vae as klv

KNOWN = 20
FLIPPED = 0.05
IMAGES = 64
BATCH = 32


class Counted(klv.LifelongVAE):
    """Counts how often its training step is traced."""

    traces = 0

    def train_step(self, data):
        Counted.traces += 1
        return super().train_step(data)


def peak_mb() -> float:
    """The most that the process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def checkpoint_bytes(model: klv.LifelongVAE) -> int:
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "model.keras")
        return (Path(folder) / "model.keras").stat().st_size


def learn(model: klv.LifelongVAE, patterns: np.ndarray, steps: int) -> dict[str, list[float]]:
    """Seconds a step, seconds a rollover and peak MiB of each task; bytes of some checkpoints."""
    draw = np.random.default_rng(1)
    rows: dict[str, list[float]] = {"step": [], "rollover": [], "peak_mb": [], "bytes": []}
    for number, pattern in enumerate(patterns, 1):
        flipped = draw.random((BATCH * steps, 8, 8, 1)) < FLIPPED
        data = tf.data.Dataset.from_tensor_slices(np.where(flipped, 1 - pattern, pattern))
        data = data.batch(BATCH, drop_remainder=True)
        begun = time.perf_counter()
        model.fit(data, verbose=0)
        learned = time.perf_counter()
        model.rollover_teacher()
        rows["step"].append((learned - begun) / steps)
        rows["rollover"].append(time.perf_counter() - learned)
        rows["peak_mb"].append(peak_mb())
        if number in (2, len(patterns)):
            rows["bytes"].append(checkpoint_bytes(model))
        if number % 50 == 0:
            print(f"{number} tasks, {peak_mb():,.0f} MiB", flush=True)
    return rows


def known_tasks(model: klv.LifelongVAE, patterns: np.ndarray) -> np.ndarray:
    known = []
    for number in range(len(patterns)):
        mean = model.generate(IMAGES, seed=0, task=number).mean(axis=0)
        distances = np.square(mean - patterns).sum(axis=(1, 2, 3))
        known.append(distances.argmin() == number)
    return np.array(known)


def draw_rows(rows: dict[str, list[float]], path: Path) -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
    numbers = range(1, len(rows["step"]) + 1)
    left.plot(numbers, 1e3 * np.array(rows["step"]), label="a step", color="#332288")
    left.plot(numbers, 1e3 * np.array(rows["rollover"]), label="a rollover", color="#E69F00")
    left.set(yscale="log", xlabel="task", ylabel="milliseconds")
    left.legend(frameon=False)
    right.plot(numbers, rows["peak_mb"], color="#332288")
    right.set(xlabel="task", ylabel="peak memory, MiB", ylim=(0, 1.1 * max(rows["peak_mb"])))
    figure.savefig(path, dpi=90)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=200)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--out", type=Path, help="a JSON file for the figures")
    parser.add_argument("--plot", type=Path, help="a PNG file")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    patterns = np.random.default_rng(0).integers(0, 2, (options.tasks, 8, 8, 1)).astype("float32")
    latent = klv.latents.JointLatent(16, task_capacity=options.tasks + 1, seed=0)
    network = klv.networks.dense((8, 8, 1), units=(256, 256), seed=0)
    replay = klv.Replay(components_per_task=1)
    model = Counted((8, 8, 1), latent=latent, network=network, replay=replay, seed=0)
    model.compile(keras.optimizers.Adam(3e-3))
    rows = learn(model, patterns, options.steps)
    known = known_tasks(model, patterns)
    found = {
        "step_last_ten_to_second_to_eleventh": np.median(rows["step"][-10:])
        / np.median(rows["step"][1:11]),
        "traces": Counted.traces,
        "longest_rollover_seconds": max(rows["rollover"]),
        "peak_last_to_second": rows["peak_mb"][-1] / rows["peak_mb"][1],
        "checkpoint_last_to_second": rows["bytes"][-1] / rows["bytes"][0],
        "finite": all(bool(np.isfinite(weight).all()) for weight in model.get_weights()),
        "known_of_last": int(known[-KNOWN:].sum()),
        "known_of_first": int(known[:KNOWN].sum()),
        "known_of_all": int(known.sum()),
    }
    print(json.dumps(found, indent=1))
    if options.plot:
        draw_rows(rows, options.plot)
    if options.out:
        options.out.write_text(json.dumps({**found, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
