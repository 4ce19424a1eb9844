import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from keras_lifelong_vae.exporting.warmup import write_warmup

FILE = "assets.extra/tf_serving_warmup_requests"  # TensorFlow Serving's name for it
ROWS = {"images": np.arange(4, dtype="float32").reshape(1, 2, 2, 1), "seed": np.array([7])}
BLANK = {"images": np.zeros((1, 2, 2, 1), "uint8")}


def requests(path):
    """The requests in a file, as the server reads them."""
    logs = [PredictionLog.FromString(one.numpy()) for one in tf.data.TFRecordDataset(str(path))]
    assert {log.WhichOneof("log_type") for log in logs} == {"predict_log"}
    return [log.predict_log.request for log in logs]


def arrays(request):
    return {name: tf.make_ndarray(proto) for name, proto in request.inputs.items()}


def test_one_request_for_each_signature_and_batch_size(tmp_path):
    path = write_warmup(tmp_path, "digits", {"score": ROWS, "encode_uint8": BLANK})
    assert path == tmp_path / FILE
    found = [
        (one.model_spec.name, one.model_spec.signature_name, len(arrays(one)["images"]))
        for one in requests(path)
    ]
    names = [("score", 1), ("score", 32), ("encode_uint8", 1), ("encode_uint8", 32)]
    assert found == [("digits", *name) for name in names]


def test_rows_are_repeated_and_dtypes_kept(tmp_path):
    path = write_warmup(tmp_path, "digits", {"score": ROWS, "encode_uint8": BLANK})
    score, encode = (arrays(one) for one in requests(path)[1::2])
    np.testing.assert_array_equal(score["images"], ROWS["images"][[0] * 32])
    np.testing.assert_array_equal(score["seed"], [7] * 32)
    assert (score["images"].dtype, score["seed"].dtype) == (np.float32, np.int64)
    np.testing.assert_array_equal(encode["images"], np.zeros((32, 2, 2, 1)))
    assert encode["images"].dtype == np.uint8


def test_every_request_of_an_export_is_answered_by_it(exported):
    signatures = exported.loaded.signatures
    found = requests(exported.directory / FILE)
    names = [one.model_spec.signature_name for one in found]
    assert {name: names.count(name) for name in names} == dict.fromkeys(signatures, 2)
    assert {one.model_spec.name for one in found} == {"digits"}
    for name, request in zip(names, found, strict=True):
        inputs = arrays(request)
        rows = {len(array) for array in inputs.values()}
        outputs = signatures[name](**{key: tf.constant(array) for key, array in inputs.items()})
        assert {len(array) for array in outputs.values()} == rows
        for key, array in outputs.items():  # warm-up rows are rows that can be answered
            assert np.all(array >= 0) if array.dtype.is_integer else np.isfinite(array).all(), key


def test_rows_that_are_all_alike_take_the_room_of_one_value(tmp_path):
    path = write_warmup(tmp_path, "digits", {"encode": {"images": np.zeros((1, 1000))}})
    assert path.stat().st_size < 500


def test_nothing_but_the_file_is_left_and_an_old_one_is_replaced(tmp_path):
    write_warmup(tmp_path, "old", {"score": ROWS})
    path = write_warmup(tmp_path, "new", {"encode_uint8": BLANK})
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert [one.model_spec.name for one in requests(path)] == ["new", "new"]
