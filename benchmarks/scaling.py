"""Training speed of one, two and three workers on this machine, each with one thread.

    python benchmarks/scaling.py --workers 1 2 3 --out scaling.json

Every worker is a process; they find each other by TF_CONFIG on 127.0.0.1, as they would on several
machines. Dense 784-512-512, a batch of 128 real images for each worker, two replayed images on top
of each; random images. More workers than cores share them, so read the table for what it costs to
agree, not for what more machines would give.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np

BATCH, STEPS = 128, 100


def work(number: int, index: int, ports: list[int]) -> None:
    """Trains as one of `number` workers and prints images a second and bytes a step."""
    if number > 1:
        workers = [f"127.0.0.1:{port}" for port in ports]
        task = {"type": "worker", "index": index}
        os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": workers}, "task": task})
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    several = tf.distribute.MultiWorkerMirroredStrategy
    strategy = several() if number > 1 else tf.distribute.get_strategy()
    import keras

    import keras_lifelong_vae as klv

    with strategy.scope():
        model = klv.LifelongVAE((28, 28, 1), seed=0)
        model.compile(keras.optimizers.Adam(1e-3), jit_compile=False)
    images = np.random.default_rng(0).random((8 * BATCH * number, 28, 28, 1), "float32")
    data = tf.data.Dataset.from_tensor_slices(images).repeat().batch(BATCH * number)
    model.fit(data, steps_per_epoch=20, verbose=0, callbacks=[klv.TeacherRollover()])
    model.fit(data, steps_per_epoch=20, verbose=0)
    begun = time.perf_counter()
    model.fit(data, steps_per_epoch=STEPS, verbose=0)
    seconds = time.perf_counter() - begun
    weights = sum(int(np.prod(weight.shape)) for weight in model.trainable_variables)
    speed = BATCH * number * STEPS / seconds
    print("FOUND " + json.dumps({"images_per_second": speed, "gradient_bytes": 4 * weights}))


def measure(number: int) -> dict[str, float]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        ports = [one.getsockname()[1] for one in sockets]
    command = [sys.executable, __file__, "--worker"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    processes = [
        subprocess.Popen(
            [*command, json.dumps([number, index, ports])],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        for index in range(number)
    ]
    found = [json.loads(process.communicate()[0].split("FOUND ")[1]) for process in processes]
    return found[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--out", type=Path, help="a JSON file for the figures")
    parser.add_argument("--worker", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        return work(*options.worker)
    rows = {}
    for number in options.workers:
        rows[number] = measure(number)
        print(f"{number} workers: {rows[number]['images_per_second']:,.0f} images/s", flush=True)
    if options.out:
        options.out.write_text(json.dumps(rows, indent=1) + "\n")
    return None


if __name__ == "__main__":
    main()
