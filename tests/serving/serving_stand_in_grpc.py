"""A small stand-in server on the official protos, not TensorFlow Serving: the gRPC half."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import tensorflow as tf
from serving_models import RequestError, ServedModels
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc
from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusResponse, ModelVersionStatus
from tensorflow_serving.apis.predict_pb2 import PredictResponse


def start(models: ServedModels) -> tuple[grpc.Server, int]:
    """Serves at a free port of this machine alone; the server and the port."""
    server = grpc.server(ThreadPoolExecutor(8))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(Prediction(models), server)
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(Status(models), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def number(model_spec):
    """The version that a request names, if it names one."""
    return model_spec.version.value if model_spec.HasField("version") else None


def answered(method):
    """A method whose `RequestError`s become gRPC's."""

    def answer(self, request, context):
        try:
            return method(self, request)
        except RequestError as error:
            context.abort(grpc.StatusCode[error.code], str(error))

    return answer


class Prediction(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, models):
        self.models = models

    @answered
    def Predict(self, request, context=None):  # noqa: N802
        spec = request.model_spec
        version = self.models.version(spec.name, number(spec))
        inputs = {name: tf.make_ndarray(proto) for name, proto in request.inputs.items()}
        signature = spec.signature_name or "serving_default"
        outputs = self.models.predict(version, signature, inputs)
        response = PredictResponse()
        response.model_spec.CopyFrom(spec)
        response.model_spec.version.value = version
        for name in request.output_filter or outputs:
            response.outputs[name].CopyFrom(tf.make_tensor_proto(outputs[name]))
        return response


class Status(model_service_pb2_grpc.ModelServiceServicer):
    def __init__(self, models):
        self.models = models

    @answered
    def GetModelStatus(self, request, context=None):  # noqa: N802
        asked = number(request.model_spec)
        version = self.models.version(request.model_spec.name, asked)
        response = GetModelStatusResponse()
        for one in self.models.loaded if asked is None else [version]:
            response.model_version_status.add(version=one, state=ModelVersionStatus.AVAILABLE)
        return response
