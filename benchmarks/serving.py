"""What serving costs: an export against the model it was made of, in one process and one run.

    python benchmarks/serving.py

The model is dense 784-512-512 on images of 28x28, not trained: the speed doesn't depend on what
was learned. Numbers go in as numpy arrays and come out as numpy arrays. Two things are compared
with the signatures `encode` and `generate` of the export:

    method      model.encode(images), model.generate(n, seed, category=0): what users call
    compiled    the same in a tf.function of the student, without checks, without seeds by row

Each round times all of them, in another order; the table holds ratios of medians. One thread.
The first request is that of a fresh process which loads the export, answers its warm-up requests
as TensorFlow Serving does, and is then asked `encode` and `generate`, for as many rows as there
were in one of the warm-up requests and for another number; the median of five processes.
"""

import functools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

BATCH_SIZES = (1, 256)
ROUNDS = {1: 400, 256: 150}
FIRST_ROWS, LATER_REQUESTS, PROCESSES = (32, 8), 100, 5
EVENT_SHAPE = (28, 28, 1)


def main():
    if len(sys.argv) > 1:
        return first_requests(Path(sys.argv[1]))
    import keras_lifelong_vae as klv

    one_thread()
    model = klv.LifelongVAE(EVENT_SHAPE, seed=0)
    with tempfile.TemporaryDirectory() as path:
        directory = klv.export_saved_model(model, path)
        for batch_size in BATCH_SIZES:
            compare(model, tf.saved_model.load(str(directory)), batch_size)
        command = [sys.executable, __file__, str(directory)]
        runs = [json.loads(subprocess.check_output(command)) for _ in range(PROCESSES)]
        for name in runs[0]:
            ratio = np.median([run[name] for run in runs])
            print(f"first {name} after the warm-up requests / median: {ratio:.2f}")
        files = [file for file in directory.rglob("*") if file.is_file()]
        weights = sum(weight.numpy().nbytes for weight in model.student.weights)
        print(f"size / weights: {sum(file.stat().st_size for file in files) / weights:.3f}")
    return None


def one_thread():
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def compare(model, loaded, batch_size):
    """Prints the medians of one batch size and the export's ratios to the others."""
    ways = calls(model, loaded, batch_size)
    for call in ways.values():
        call()  # tracing
    rng, times = np.random.default_rng(0), {way: [] for way in ways}
    for _ in range(ROUNDS[batch_size]):
        for way in rng.permutation(list(ways)):
            times[way].append(seconds(ways[way]))
    medians = {way: float(np.median(one)) for way, one in times.items()}
    for name in ("encode", "generate"):
        own = medians[f"{name} export"]
        for way in ("method", "compiled"):
            other = medians[f"{name} {way}"]
            print(
                f"batch {batch_size:3}  {name:8}  export {1e3 * own:6.2f} ms, {way:8} "
                f"{1e3 * other:6.2f} ms, ratio {own / other:.2f}"
            )


def calls(model, loaded, batch_size):
    """What is timed, by name."""
    images = np.random.default_rng(0).random((batch_size, *EVENT_SHAPE), "float32")
    seed, category = np.arange(batch_size), np.zeros(batch_size, "int64")
    latent, active = model.student.latent, model.active_categories

    @tf.function
    def encode(images):
        (loc, log_var), logits = model.student.posterior(images)
        probs = tf.nn.softmax(logits)[:, :active]
        return loc, tf.exp(0.5 * log_var), probs, tf.argmax(probs, axis=-1)

    @tf.function
    def generate(number, seed, category):
        code = latent.sample_prior(number, seed)
        one_hot = tf.one_hot(category, latent.categorical.capacity)
        return model.student.images(code._replace(category=one_hot), seed)

    def ask(name, **inputs):
        answers = loaded.signatures[name](**{k: tf.constant(v) for k, v in inputs.items()})
        return {name: answer.numpy() for name, answer in answers.items()}

    rows, pair = tf.constant(batch_size), tf.constant([0, 0])
    return {
        "encode export": lambda: ask("encode", images=images),
        "encode method": lambda: model.encode(images),
        "encode compiled": lambda: [part.numpy() for part in encode(tf.constant(images))],
        "generate export": lambda: ask("generate", seed=seed, category=category),
        "generate method": lambda: model.generate(batch_size, 0, category=0),
        "generate compiled": lambda: generate(rows, pair, tf.constant(category)).numpy(),
    }


def first_requests(directory):
    """Prints the time of the first request of each signature over the median of later ones."""
    one_thread()
    signatures = tf.saved_model.load(str(directory)).signatures
    for name, inputs in warmup_requests(directory):
        signatures[name](**inputs)
    ratios = {}
    for rows in FIRST_ROWS:
        category = tf.zeros(rows, tf.int64)
        asked = {
            "encode": {"images": tf.random.stateless_uniform((rows, *EVENT_SHAPE), [0, 0])},
            "generate": {"seed": tf.range(rows, dtype=tf.int64), "category": category},
        }
        for name, inputs in asked.items():
            call = functools.partial(signatures[name], **inputs)
            first, *later = (seconds(call) for _ in range(1 + LATER_REQUESTS))
            ratios[f"{name} of {rows} rows"] = first / float(np.median(later))
    print(json.dumps(ratios))


def warmup_requests(directory):
    """Signature and inputs of each request that the export carries for its server."""
    from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

    file = directory / "assets.extra" / "tf_serving_warmup_requests"
    for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
        request = PredictionLog.FromString(record).predict_log.request
        inputs = {name: tf.constant(tf.make_ndarray(t)) for name, t in request.inputs.items()}
        yield request.model_spec.signature_name, inputs


def seconds(call):
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
