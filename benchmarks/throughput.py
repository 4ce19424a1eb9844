"""Training speed: real images per second in a first task and with a teacher, on 1 and 2 threads.

    python benchmarks/throughput.py

Each line is a process of its own. Random images of FashionMNIST's shape, dense 784-512-512, batch
128, XLA: the speed doesn't depend on what is seen. Compare lines of one run only.
"""

import subprocess
import sys
import time

import keras
import numpy as np
import tensorflow as tf

import keras_lifelong_vae as klv

BATCHES, BATCH_SIZE = 44, 128  # an epoch of one class
EPOCHS = 5
CASES = {
    "first task": klv.Replay(),
    "with a teacher, on top, ratio 1": klv.Replay(ratio=1),
    "with a teacher, on top, ratio 2 (default)": klv.Replay(),
    "with a teacher, on top, ratio 4": klv.Replay(ratio=4),
    "with a teacher, in batch": klv.Replay(mode="in_batch"),
}


def measure(case: str, threads: int) -> None:
    """Prints real training images per second, compiling left out."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    images = np.random.default_rng(0).random((BATCHES * BATCH_SIZE, 28, 28, 1), "float32")
    task = klv.tasks.from_arrays({"noise": images}, BATCH_SIZE, validation_share=0.0)[0]
    model = klv.LifelongVAE(task.event_shape, replay=CASES[case], seed=0)
    model.compile(keras.optimizers.Adam(1e-3), jit_compile=True)
    model.fit(task.train, verbose=0)
    if case != "first task":
        model.rollover_teacher()
    model.fit(task.train, verbose=0)
    start = time.perf_counter()
    model.fit(task.train, epochs=EPOCHS, verbose=0)
    speed = EPOCHS * len(images) / (time.perf_counter() - start)
    print(f"{case:45}{threads} thread{'s'[: threads - 1]:2}{speed:8.0f} images/s", flush=True)


def main() -> None:
    if len(sys.argv) > 1:
        return measure(sys.argv[1], int(sys.argv[2]))
    for case in CASES:
        for threads in (1, 2):
            subprocess.run([sys.executable, __file__, case, str(threads)], check=True)
    return None


if __name__ == "__main__":
    main()
