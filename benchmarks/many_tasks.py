"""Hundreds of tiny tasks in a row: finite, in flat memory, and what is still known at the end.

    python benchmarks/many_tasks.py --tasks 500 --out many_tasks.json

A task is a random pattern of 8x8 black and white pixels, drawn here; each of its images has one
pixel in twenty the other way round. What the model generates for a task counts as known if its mean
is nearest to that task's pattern, of all tasks.
"""

import argparse
import json
import resource
import time
from pathlib import Path

import keras
import numpy as np

import keras_lifelong_vae as klv

KNOWN = 20
FLIPPED = 0.05
IMAGES = 64


def rss_mb() -> float:
    """What the process holds now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", type=int, default=500)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    draw = np.random.default_rng(0)
    patterns = draw.integers(0, 2, (options.tasks, 8, 8, 1)).astype("float32")
    network = klv.networks.dense((8, 8, 1), units=(256, 256), seed=0)
    replay = klv.Replay(components_per_task=1)
    model = klv.LifelongVAE((8, 8, 1), latent_dim=16, network=network, replay=replay, seed=0)
    model.compile(keras.optimizers.Adam(3e-3))
    rows, begun = [], time.perf_counter()
    for number, pattern in enumerate(patterns, 1):
        flipped = draw.random((32 * options.steps, 8, 8, 1)) < FLIPPED
        images = np.where(flipped, 1 - pattern, pattern)
        model.fit(images, batch_size=32, verbose=0, callbacks=[klv.TeacherRollover()])
        if number % 50 == 0:
            seconds = round(time.perf_counter() - begun)
            rows.append({"tasks": number, "seconds": seconds, "rss_mb": round(rss_mb())})
            print(rows[-1], flush=True)
    known = []
    for number in range(options.tasks):
        mean = model.generate(IMAGES, seed=0, task=number).mean(axis=0)
        distances = np.square(mean - patterns).sum(axis=(1, 2, 3))
        known.append(distances.argmin() == number)
    found = {
        "finite": all(bool(np.isfinite(weight).all()) for weight in model.get_weights()),
        "known_of_last": int(sum(known[-KNOWN:])),
        "known_of_first": int(sum(known[:KNOWN])),
        "known_of_all": int(sum(known)),
        "memory": rows,
    }
    print(json.dumps(found, indent=1))
    if options.out:
        options.out.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
