"""What a model knows after a stream whose changes it had to notice, beside other boundaries.

    python benchmarks/stream_training.py --out stream_training.json

The streams of `streams.py`, trained on in one pass: with TransitionDetector, with the true
boundaries told, and with a rollover after every so many batches. -ELBO is the mean over the test
images of the classes that were shown, in nats per image. Overhead is the time of a pass with the
detector over one without, in turn. One thread; dense 784-256-256, batch 64, Adam 1e-3.
"""

import argparse
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from kept_results import keep
from stream_cases import ABRUPT, BATCH, Stream
from streams import PERIOD

import keras_lifelong_vae as klv

CASES = ("fashion_mnist, one class at a time", "mnist, one class at a time", "mnist, A-B-A-C-B")


def new_model(seed: int) -> klv.LifelongVAE:
    network = klv.networks.dense((28, 28, 1), (256, 256), seed=seed)
    model = klv.LifelongVAE((28, 28, 1), network=network, seed=seed)
    model.compile(keras.optimizers.Adam(1e-3))
    return model


def stream_of(case: str, seed: int) -> Stream:
    return ABRUPT[case](np.random.default_rng([list(ABRUPT).index(case), seed]))


def dataset(images: np.ndarray) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices(images).batch(BATCH)


def test_images(case: str, images: np.ndarray) -> np.ndarray:
    """Of the classes that the stream shows: those of whose training images it has some."""
    data = klv.data.load(case.split(",")[0])
    shown = {image.tobytes() for image in images[:: BATCH // 4]}
    floats = (data.train_images / 255).astype("float32")
    classes = {
        label
        for image, label in zip(floats, data.train_labels, strict=True)
        if image.tobytes() in shown
    }
    return (data.test_images[np.isin(data.test_labels, list(classes))] / 255).astype("float32")


def callbacks(stream: Stream) -> Iterator[tuple[str, keras.callbacks.Callback]]:
    yield "noticed", klv.TransitionDetector()
    yield "told", klv.TeacherRollover(stream.boundaries)
    yield "every so many", klv.TeacherRollover(range(PERIOD, stream.length, PERIOD))
    yield "none", klv.TeacherRollover()


def run(case: str, seed: int) -> dict[str, Any]:
    stream = stream_of(case, seed)
    images = np.concatenate(list(stream.batches))
    test = test_images(case, images)
    found: dict[str, Any] = {"boundaries": stream.boundaries}
    for name, callback in callbacks(stream):
        model = new_model(seed)
        begun = time.perf_counter()
        model.fit(dataset(images), callbacks=[callback], verbose=0)
        logs = model.evaluate(test, batch_size=500, verbose=0, return_dict=True)
        found[name] = {
            "bound": logs["negative_elbo"],
            "tasks": int(model.finished_tasks),
            "seconds": time.perf_counter() - begun,
        }
        if name == "noticed":
            found["transitions"] = [tuple(one) for one in callback.transitions]
            found["outliers"] = callback.outliers
    return found


def overhead(rounds: int) -> dict[str, list[float]]:
    """Seconds of a pass of one task, with the detector and with TeacherRollover, in turn."""
    images = np.concatenate(list(stream_of("mnist, one class at a time", 0).batches))[: 400 * BATCH]
    rng, seconds = np.random.default_rng(0), {"with": [], "without": []}
    models = {name: new_model(0) for name in seconds}
    images = rng.permutation(images)
    for number in range(rounds + 1):
        for name, model in models.items():
            ends = klv.TransitionDetector() if name == "with" else klv.TeacherRollover()
            timer = Timer()
            model.fit(dataset(images), callbacks=[ends, timer], verbose=0)
            if number:
                seconds[name].append(timer.seconds)
    return seconds


class Timer(keras.callbacks.Callback):
    """Seconds from the end of the 50th batch, when all is compiled, to the end of the last."""

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if batch == 50:
            self.begun = time.perf_counter()
        self.seconds = time.perf_counter() - getattr(self, "begun", time.perf_counter())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=2, help="of each case")
    parser.add_argument("--rounds", type=int, default=5, help="of the overhead's timing")
    parser.add_argument("--out", type=Path, default=Path("stream_training.json"))
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    cases = [
        (f"{case}, stream {seed}", partial(run, case, seed))
        for case in CASES
        for seed in range(options.streams)
    ]
    if options.rounds:
        cases.append(("overhead", partial(overhead, options.rounds)))
    results = keep(options.out, cases)
    if options.rounds:
        medians = {name: np.median(values) for name, values in results["overhead"].items()}
        print(f"overhead: {medians['with'] / medians['without'] - 1:.1%}")


if __name__ == "__main__":
    main()
