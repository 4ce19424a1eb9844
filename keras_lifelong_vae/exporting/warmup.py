"""Requests that a server sends itself when it loads a model, so that no client waits for the first.

TensorFlow Serving reads them from the SavedModel's `assets.extra` and reports a version as
available only after it has answered all of them. This is the one file that needs the package
`tensorflow-serving-api`, for the messages; an export is complete without it.
"""

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from keras_lifelong_vae.files import write_atomically

FILE = Path("assets.extra", "tf_serving_warmup_requests")  # where the server looks for it
BATCH_SIZES = (1, 32)  # one row alone, and a batch of rows from several clients

Signatures = Mapping[str, Mapping[str, np.ndarray]]


def write_warmup(directory: Path, model_name: str, signatures: Signatures) -> Path:
    """Writes a request for each signature and batch size: its one row of each input, repeated.

    Reference: "SavedModel Warmup", https://www.tensorflow.org/tfx/serving/saved_model_warmup.
    """
    path = directory / FILE
    path.parent.mkdir(exist_ok=True)

    def write(temporary: Path) -> None:
        with tf.io.TFRecordWriter(str(temporary)) as writer:
            for (name, inputs), size in product(signatures.items(), BATCH_SIZES):
                protos = {key: _tensor_proto(row.repeat(size, 0)) for key, row in inputs.items()}
                spec = {"name": model_name, "signature_name": name}
                log = PredictionLog(predict_log={"request": {"model_spec": spec, "inputs": protos}})
                writer.write(log.SerializeToString())

    write_atomically(path, write)
    return path


def _tensor_proto(array: np.ndarray) -> TensorProto:
    """Of as little as one value, if all are the same: the file travels with every version."""
    first = array.flat[0]
    values = first if (array == first).all() else array
    return tf.make_tensor_proto(values, array.dtype, array.shape)
