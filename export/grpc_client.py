"""Asks a TensorFlow Serving server by gRPC; needs pillow and tensorflow-serving-api.

python export/grpc_client.py status
python export/grpc_client.py generate --count 16 --out generated.png
python export/grpc_client.py score images.npy
"""

import os
import sys
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")  # a client computes nothing

import grpc
import numpy as np
import tensorflow as tf
from client.answers import MOST_BYTES, check_rows
from client.commands import run
from client.connection import ServingError, Target, no_server, too_slow
from tensorflow_serving.apis.get_model_status_pb2 import (
    GetModelStatusRequest,
    ModelVersionStatus,
)
from tensorflow_serving.apis.model_service_pb2_grpc import ModelServiceStub
from tensorflow_serving.apis.predict_pb2 import PredictRequest
from tensorflow_serving.apis.prediction_service_pb2_grpc import PredictionServiceStub

LIMIT = [("grpc.max_receive_message_length", MOST_BYTES)]  # else 4 MB, some hundred images


class GrpcConnection:
    """TensorFlow Serving's gRPC services on an open channel without TLS; see `Connection`."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.channel = grpc.insecure_channel(target.address, options=LIMIT)

    def versions(self) -> dict[int, str]:
        request = GetModelStatusRequest()
        self._fill(request.model_spec)
        answer = self._ask(ModelServiceStub(self.channel).GetModelStatus, request)
        names = {number: name for name, number in ModelVersionStatus.State.items()}
        return {
            one.version: names.get(one.state, f"unknown state {one.state}")
            for one in answer.model_version_status
        }

    def predict(
        self, signature: str, inputs: Mapping[str, np.ndarray], outputs: Sequence[str]
    ) -> dict[str, np.ndarray]:
        request = PredictRequest(output_filter=outputs)
        self._fill(request.model_spec)
        request.model_spec.signature_name = signature
        for name, array in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(array))
        answer = self._ask(PredictionServiceStub(self.channel).Predict, request)
        found = {name: _array(name, answer.outputs) for name in outputs}
        check_rows(found, len(next(iter(inputs.values()))))
        return found

    def _fill(self, model_spec: Any) -> None:
        model_spec.name = self.target.model
        if self.target.version is not None:
            model_spec.version.value = self.target.version

    def _ask(self, method: Any, request: Any) -> Any:
        try:
            return method(request, timeout=self.target.timeout)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.UNAVAILABLE:
                raise no_server(self.target) from error
            if error.code() == grpc.StatusCode.DEADLINE_EXCEEDED:
                raise too_slow(self.target) from error
            raise ServingError(f"{self.target.model}: {error.details()}") from error


def _array(name: str, outputs: Mapping[str, Any]) -> np.ndarray:
    if name not in outputs:
        raise ServingError(f"the answer must have an output `{name}`, received none")
    sizes = [dimension.size for dimension in outputs[name].tensor_shape.dim]
    if min(sizes, default=0) < 0 or 4 * prod(sizes) > MOST_BYTES:  # one value may stand for all
        raise ServingError(f"the answer must have an array `{name}`, received the shape {sizes}")
    try:
        return tf.make_ndarray(outputs[name])
    except (TypeError, ValueError) as error:
        raise ServingError(f"the answer must have an array `{name}`: {error}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the client; returns its exit status."""
    return run(GrpcConnection, str(__doc__).splitlines()[0], "localhost:8500", arguments)


if __name__ == "__main__":
    sys.exit(main())
