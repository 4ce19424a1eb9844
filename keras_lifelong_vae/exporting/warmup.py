"""Requests that a server sends itself when it loads a model, so that no client waits for the first.

TensorFlow Serving reads them from the SavedModel's `assets.extra` and reports a version as
available only after it has answered all of them. This is the one file that needs the package
`tensorflow-serving-api`, for the messages; an export is complete without it.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.files import write_atomically

FILE = Path("assets.extra", "tf_serving_warmup_requests")  # where the server looks for it
BATCH_SIZES = (1, 32)  # one row alone, and a batch of rows from several clients
MOST_REQUESTS = 1000  # the server refuses a model with more

Signatures = Mapping[str, Mapping[str, np.ndarray]]


def write_warmup(
    directory: Path,
    model_name: str,
    signatures: Signatures,
    batch_sizes: Sequence[int] = BATCH_SIZES,
) -> Path:
    """Writes a request for each signature and batch size, the whole file or nothing.

    `signatures` has examples of the inputs of each by name: arrays of as many rows, which are
    repeated or left out to make up a batch.

    Reference: "SavedModel Warmup", https://www.tensorflow.org/tfx/serving/saved_model_warmup.
    """
    sizes = [check_positive_int(size, "batch_sizes") for size in batch_sizes]
    if not 1 <= len(signatures) * len(sizes) <= MOST_REQUESTS:
        raise ValueError(
            f"`signatures` and `batch_sizes` must make 1 to {MOST_REQUESTS} requests, received "
            f"{len(signatures)} signatures and {len(sizes)} batch sizes."
        )
    path = Path(directory) / FILE
    requests = list(_requests(model_name, signatures, sizes))
    path.parent.mkdir(exist_ok=True)

    def write(temporary: Path) -> None:
        with tf.io.TFRecordWriter(str(temporary)) as writer:
            for request in requests:
                writer.write(request.SerializeToString())

    write_atomically(path, write)
    return path


def _requests(model_name: str, signatures: Signatures, sizes: list[int]) -> Iterator[PredictionLog]:
    for signature, inputs in signatures.items():
        num_rows = _check_rows(signature, inputs)
        for size in sizes:
            rows = np.arange(size) % num_rows
            protos = {name: _tensor_proto(np.asarray(one)[rows]) for name, one in inputs.items()}
            spec = {"name": model_name, "signature_name": signature}
            yield PredictionLog(predict_log={"request": {"model_spec": spec, "inputs": protos}})


def _tensor_proto(array: np.ndarray) -> TensorProto:
    """Of as little as one value, if all are the same: the file travels with every version."""
    first = array.flat[0]
    values = first if (array == first).all() else array
    return tf.make_tensor_proto(values, array.dtype, array.shape)


def _check_rows(signature: str, inputs: Mapping[str, np.ndarray]) -> int:
    """How many rows all inputs have."""
    shapes = {name: np.shape(array) for name, array in inputs.items()}
    numbers = {shape[0] if shape else 0 for shape in shapes.values()}
    if len(numbers) != 1 or 0 in numbers:
        raise ValueError(
            f"`signatures[{signature!r}]` must hold arrays of as many rows, one at least, "
            f"received the shapes {shapes}."
        )
    return numbers.pop()
