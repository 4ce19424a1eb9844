"""Answers that no server of ours gives: each is one clear error, and none is obeyed."""

import gzip
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
import numpy as np
import pytest
import tensorflow as tf
from serving_helpers import EXPORT, run_here
from serving_hostile import answering, http
from tensorflow_serving.apis.predict_pb2 import PredictResponse

ESCAPE = "\x1b[2J\x1b]0;owned\x07"
NAN = float("nan")


def ask(pieces, directory, *arguments):
    """Exit status, output and errors of the REST client, where a server answers `pieces`."""
    np.save(directory / "images.npy", np.zeros((2, 2, 2, 1), "float32"))
    with answering(*pieces) as address:
        return run_here("rest_client.py", address, *arguments, directory=directory)


def assert_one_clear_error(answer, message=""):
    status, output, errors = answer
    assert (status, output) == (1, "")
    assert errors.startswith("error: ")
    assert errors.endswith("\n")
    assert errors[:-1].isprintable()
    assert len(errors) < 700
    assert message in errors


STATUS = {"model_version_status": [{"version": "1", "state": "AVAILABLE"}]}


def status_with(**changes):
    return {"model_version_status": [{**STATUS["model_version_status"][0], **changes}]}


PAGES = {
    "nothing": (b"", "the answer must be JSON"),
    "an HTML page": (b"<html>\x1b[2Jnot found</html>", "the answer must be JSON"),
    "a list": (b"[]", "a JSON object, received a list"),
    "a number": (b"3", "a JSON object, received a int"),
    "half of it": (json.dumps(STATUS).encode()[:30], "the answer must be JSON"),
    "no text": (b"\xff\xfe\x00", "the answer must be JSON"),
    "nested": (b"[" * 100_000, "the answer must be JSON"),
    "another key": (b'{"versions": []}', "`model_version_status`, received none"),
    "another type": (b'{"model_version_status": {}}', "received a dict"),
    "no version": (b'{"model_version_status": [3]}', "a version must be a JSON object"),
    "no state": (b'{"model_version_status": [{"version": "1"}]}', "`state`, received none"),
    "a long number": (json.dumps(status_with(version="9" * 5000)).encode(), "a version must have"),
    "no number": (json.dumps(status_with(version=[])).encode(), "`version`, received a list"),
    "an order": (json.dumps(status_with(state=ESCAPE)).encode(), "a version must have"),
}


@pytest.mark.parametrize(("body", "message"), PAGES.values(), ids=PAGES)
def test_what_is_no_status_is_one_clear_error(tmp_path, body, message):
    assert_one_clear_error(ask([http(body)], tmp_path, "status"), message)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (http(b"<h1>x</h1>", "502 Bad Gateway"), "answered 502 Bad Gateway"),
        (http(b"{}", f"500 {ESCAPE[:4]}"), r"\x1b[2J"),
        (http(json.dumps({"error": ESCAPE}).encode(), "404 Not Found"), r"\x1b[2J\x1b]0;owned\x07"),
        (http(json.dumps({"error": "a" * 10_000}).encode(), "404 Not Found"), "aaa..."),
        (http(b"{}", "302 Found", "Location: http://127.0.0.1:1/\r\n"), "Found"),
        (http(b'{"model', length=1000), "is not TensorFlow Serving's REST"),
        (http(b"", length=2**40), "is not TensorFlow Serving's REST"),
        (http(b"no gzip", headers="Content-Encoding: gzip\r\n"), "is not TensorFlow Serving's"),
        (b"SSH-2.0-OpenSSH\r\n", "no server answers"),
        (b"", "no server answers"),
    ],
    ids=lambda part: str(part)[-25:],
)
def test_errors_of_http_are_one_clear_error(tmp_path, answer, message):
    assert_one_clear_error(ask([answer], tmp_path, "status"), message)


def test_an_endless_answer_is_not_read_to_its_end(tmp_path):
    bomb = gzip.compress(bytes(2**28), 1)
    answer = http(bomb, headers="Content-Encoding: gzip\r\n")
    assert_one_clear_error(ask([answer], tmp_path, "status"), "at most 134,217,728 bytes")


def outputs(**changes):
    code = {
        "loc": [[0.5, 1.0], [0.0, 1.0]],
        "scale": [[1.0, 1.0], [1.0, 1.0]],
        "category_probs": [[0.5, 0.5], [1.0, 0.0]],
        "category": [0, -1],
    }
    return {"outputs": {name: one for name, one in {**code, **changes}.items() if one is not None}}


CODES = {
    "no outputs": {},
    "a text": {"outputs": "x"},
    "an output missing": outputs(loc=None),
    "a row missing": outputs(loc=[[0.5, 1.0]]),
    "a row too many": outputs(category=[0, 0, 0]),
    "rows of two lengths": outputs(loc=[[0.5], [1.0, 2.0]]),
    "an axis missing": outputs(loc=[0.5, 1.0]),
    "an axis too many": outputs(category=[[0], [1]]),
    "texts": outputs(loc=[["a", "b"], ["c", ESCAPE]]),
    "true and false": outputs(category=[True, False]),
    "nothing": outputs(category=[None, 1]),
    "objects": outputs(loc=[{}, {}]),
    "half a category": outputs(category=[0.5, 1.0]),
    "an unknown category": outputs(category=[0, 2]),
    "a huge category": outputs(category=[0, 10**30]),
    "NaN as a category": outputs(category=[NAN, 1]),
}


@pytest.mark.parametrize("answer", CODES.values(), ids=CODES)
def test_what_is_no_code_is_one_clear_error(tmp_path, answer):
    body = json.dumps(answer).encode()
    assert_one_clear_error(ask([http(body)], tmp_path, "encode", "images.npy"))


def test_a_sound_code_with_large_numbers_is_printed(tmp_path):
    body = json.dumps(outputs(loc=[[NAN, 1e300], [0.0, -1e300]])).encode()
    status, output, errors = ask([http(body)], tmp_path, "encode", "images.npy")
    assert (status, errors) == (0, "")
    assert len(output.splitlines()) == 3


@pytest.mark.parametrize(
    "images",
    [
        [[[[2.0]]], [[[0.0]]]],
        [[[[1e300]]], [[[0.0]]]],
        [[0.0], [1.0]],
        [[[[0.0, 1.0]]], [[[0.0, 1.0]]]],
        [[], []],
        [[[[]]], [[[]]]],
    ],
    ids=str,
)
def test_what_is_no_picture_is_one_clear_error(tmp_path, images):
    body = json.dumps({"outputs": images}).encode()
    answer = ask([http(body)], tmp_path, "generate", "--count", "2")
    assert_one_clear_error(answer)
    assert not (tmp_path / "generated.png").exists()


def test_orders_in_names_from_the_command_line_are_not_obeyed(tmp_path):
    body = json.dumps(STATUS).encode()
    status, output, errors = ask([http(body)], tmp_path, "--model", ESCAPE, "status")
    assert (status, errors) == (0, "")
    assert output == "\\x1b[2J\\x1b]0;owned\\x07 version 1: AVAILABLE\n"
    assert_one_clear_error(ask([b""], tmp_path, "encode", f"{ESCAPE}.npy"), r"\x1b[2J")


@pytest.mark.parametrize(
    "content", [b"", b"\x93NUMPY\x01\x00\xff\xff{", b"\x89PNG\r\n\x1a\n" + bytes(9)], ids=len
)
@pytest.mark.parametrize("name", ["broken.npy", "broken.png"])
def test_broken_images_are_one_clear_error(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert_one_clear_error(ask([b""], tmp_path, "encode", name), name)


def tensor(array, shape=None):
    proto = tf.make_tensor_proto(array)
    if shape is not None:
        for dimension, size in zip(proto.tensor_shape.dim, shape, strict=True):
            dimension.size = size
    return proto


@pytest.fixture
def grpc_answer(tmp_path):
    """Asks the gRPC client, where a server answers `generate` with these bytes."""
    sys.path.insert(0, str(EXPORT))
    servers = []

    def run(answer):
        method = grpc.unary_unary_rpc_method_handler(lambda request, context: answer(context))
        name = "tensorflow.serving.PredictionService"
        server = grpc.server(ThreadPoolExecutor(1))
        server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler(name, {"Predict": method})]
        )
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)
        address = f"127.0.0.1:{port}"
        return run_here("grpc_client.py", address, "generate", "--count", "2", directory=tmp_path)

    yield run
    for server in servers:
        server.stop(None)
    sys.path.remove(str(EXPORT))


GRPC = {
    "no outputs": {},
    "another output": {"image": tensor(np.zeros((2, 1, 1, 1), "float32"))},
    "texts": {"images": tensor([["a"], ["b"]])},
    "a row missing": {"images": tensor(np.zeros((1, 1, 1, 1), "float32"))},
    "one value for many": {"images": tensor(np.zeros((2, 1), "float32"), (2, 2**40))},
    "negative sizes": {"images": tensor(np.zeros((2, 1), "float32"), (2, -1))},
    "bytes missing": {"images": tensor(np.arange(8.0).reshape(2, 4), (2, 5))},
}


@pytest.mark.parametrize("answer", GRPC.values(), ids=GRPC)
def test_what_is_no_answer_in_grpc_is_one_clear_error(grpc_answer, answer):
    content = PredictResponse(outputs=answer).SerializeToString()
    assert_one_clear_error(grpc_answer(lambda context: content))


def test_errors_of_grpc_are_one_clear_error(grpc_answer):
    def fail(context):
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, ESCAPE)

    assert_one_clear_error(grpc_answer(fail), r"\x1b[2J")
    assert_one_clear_error(grpc_answer(lambda context: b"\xff\xff\xff"))
