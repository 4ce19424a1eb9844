"""The two configuration messages that `tensorflow-serving-api` doesn't carry.

Declared with the names, numbers and types that TensorFlow Serving publishes, in
`servables/tensorflow/session_bundle_config.proto` and `config/monitoring_config.proto`.
"""

from google.protobuf import wrappers_pb2
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

PACKAGE = "tensorflow.serving"
INT64_VALUE, STRING_VALUE = ".google.protobuf.Int64Value", ".google.protobuf.StringValue"
BOOL, INT64, STRING = (
    getattr(FieldDescriptorProto, f"TYPE_{n}") for n in ("BOOL", "INT64", "STRING")
)
MESSAGES = {
    "BatchingParameters": [
        ("max_batch_size", 1, INT64_VALUE),
        ("batch_timeout_micros", 2, INT64_VALUE),
        ("max_enqueued_batches", 3, INT64_VALUE),
        ("num_batch_threads", 4, INT64_VALUE),
        ("thread_pool_name", 5, STRING_VALUE),
        ("allowed_batch_sizes", 6, [INT64]),
        ("pad_variable_length_inputs", 7, BOOL),
    ],
    "PrometheusConfig": [("enable", 1, BOOL), ("path", 2, STRING)],
    "MonitoringConfig": [("prometheus_config", 1, f".{PACKAGE}.PrometheusConfig")],
}


def message_class(name):
    return GetMessageClass(pool().FindMessageTypeByName(f"{PACKAGE}.{name}"))


def pool():
    file = FileDescriptorProto(name="configs.proto", package=PACKAGE, syntax="proto3")
    file.dependency.append(wrappers_pb2.DESCRIPTOR.name)
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            label = FieldDescriptorProto.LABEL_OPTIONAL
            if isinstance(kind, list):
                label, (kind,) = FieldDescriptorProto.LABEL_REPEATED, kind
            typed = {"type_name": kind} if isinstance(kind, str) else {"type": kind}
            message.field.add(name=field, number=number, label=label, **typed)
    pool = DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(file.SerializeToString())
    return pool
