"""The clients as a person runs them, against a server; see `serving_servers`."""

import numpy as np
import pytest
import tensorflow as tf
from serving_helpers import NAME, digits, ended, start_client, written

CLIENTS = {"rest_client.py": "rest", "grpc_client.py": "grpc"}
EXACT = {"rtol": 1e-6, "atol": 1e-6}
BAD = 2  # the row of `images` that is no image


@pytest.fixture(scope="module")
def images():
    images = digits(0, 4)
    images[BAD, 0, 0] = 1.5
    return images


@pytest.fixture(scope="module")
def signatures(served):
    return tf.saved_model.load(str(served / NAME / "2")).signatures


@pytest.fixture(scope="module", params=CLIENTS)
def ran(request, server, images, tmp_path_factory):
    """What every command of a client gave: exit status, output, errors; and the directory."""
    directory = tmp_path_factory.mktemp("client")
    np.save(directory / "images.npy", images)
    address = getattr(server, CLIENTS[request.param])
    commands = {
        "status": ("status",),
        "encode": ("encode", "images.npy", "--out", "code.npz"),
        "generate": ("generate", "--count", "6", "--seed", "3", "--out", "new.npy"),
        "score": ("score", "images.npy", "--seed", "5", "--out", "score.npz"),
        "category": ("generate", "--category", "2"),
    }
    answers = {
        name: ended(start_client(request.param, address, *command, directory=directory))
        for name, command in commands.items()
    }
    return answers, directory


def expected(signatures, name, **inputs):
    tensors = {key: tf.constant(array) for key, array in inputs.items()}
    return {key: value.numpy() for key, value in signatures[name](**tensors).items()}


def assert_same(arrays, others):
    assert set(arrays) == set(others)
    for name, array in arrays.items():
        np.testing.assert_allclose(array, others[name], **EXACT, err_msg=name)


def test_status_lists_the_versions_newest_first(ran):
    answers, _ = ran
    lines = f"{NAME} version 2: AVAILABLE\n{NAME} version 1: AVAILABLE\n"
    assert answers["status"] == (0, lines, "")


def test_encode_gives_what_the_saved_model_gives(ran, signatures, images):
    (status, output, errors), directory = ran[0]["encode"], ran[1]
    assert (status, errors) == (0, "")
    code = written(directory / "code.npz")
    assert_same(code, expected(signatures, "encode", images=images))
    assert code["category"].dtype == np.int64
    lines = output.splitlines()
    assert lines[1 + BAD].split(maxsplit=1) == [str(BAD), BAD_ROW]
    assert [line.split()[:2] for i, line in enumerate(lines[1:-1]) if i != BAD] == [
        [str(row), str(code["category"][row])] for row in (0, 1, 3)
    ]


BAD_ROW = "not an image: a value is NaN or outside [0, 1]"


def test_generate_gives_each_row_a_seed_of_its_own(ran, signatures):
    (status, output, errors), directory = ran[0]["generate"], ran[1]
    assert (status, output, errors) == (0, "6 images: new.npy\n", "")
    seeds = np.arange(3, 9)
    wanted = expected(signatures, "generate", seed=seeds, category=np.full(6, -1))
    assert_same({"images": np.load(directory / "new.npy")}, wanted)


def test_score_gives_nats_and_marks_what_is_no_image(ran, signatures, images):
    (status, output, errors), directory = ran[0]["score"], ran[1]
    assert (status, errors) == (0, "")
    score = written(directory / "score.npz")
    assert_same(score, expected(signatures, "score", images=images, seed=np.full(4, 5)))
    lines = output.splitlines()
    assert lines[1 + BAD].split(maxsplit=1) == [str(BAD), BAD_ROW]
    assert float(lines[1].split()[1]) == pytest.approx(score["negative_elbo"][0], abs=0.005)


def test_a_category_that_is_not_active_is_an_error(ran):
    answers, directory = ran
    status, output, errors = answers["category"]
    assert (status, output) == (1, "")
    assert errors == "error: category 2 is not active in this model\n"
    assert not (directory / "generated.png").exists()
