"""The clients as a person runs them, against a server; see `serving_servers`."""

import re

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from serving_helpers import CLIENTS, NAME, digits, run_apart, run_here, written
from serving_servers import free_port

RUN = {"rest_client.py": run_apart, "grpc_client.py": run_here}
EXACT = {"rtol": 1e-6, "atol": 1e-6}
BAD = 2  # the row of `images` that is no image
BAD_ROW = "not an image: a value is NaN or outside [0, 1]"


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
        "task": ("generate", "--task", "2"),
        "both": ("generate", "--category", "2", "--task", "1"),
    }
    answers = {
        name: RUN[request.param](request.param, address, *command, directory=directory)
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


def test_generate_gives_each_row_a_seed_of_its_own(ran, signatures):
    (status, output, errors), directory = ran[0]["generate"], ran[1]
    assert (status, output, errors) == (0, "6 images: new.npy\n", "")
    seeds = np.arange(3, 9)
    drawn = np.full(6, -1)
    wanted = expected(signatures, "generate", seed=seeds, category=drawn, task=drawn)
    assert_same({"images": np.load(directory / "new.npy")}, wanted)


def test_score_gives_nats_and_marks_what_is_no_image(ran, signatures, images):
    (status, output, errors), directory = ran[0]["score"], ran[1]
    assert (status, errors) == (0, "")
    score = written(directory / "score.npz")
    assert_same(score, expected(signatures, "score", images=images, seed=np.full(4, 5)))
    lines = output.splitlines()
    assert lines[1 + BAD].split(maxsplit=1) == [str(BAD), BAD_ROW]
    assert float(lines[1].split()[1]) == pytest.approx(score["negative_elbo"][0], abs=0.005)


@pytest.mark.parametrize(
    ("command", "unknown"),
    [("category", "category 2"), ("task", "task 2"), ("both", "category 2 or task 1")],
)
def test_what_the_model_has_not_learned_is_an_error(ran, command, unknown):
    answers, directory = ran
    status, output, errors = answers[command]
    assert (status, output) == (1, "")
    assert errors == f"error: {unknown} is not known to this model\n"
    assert not (directory / "generated.png").exists()


@pytest.fixture
def ask(server, tmp_path):
    """Runs the REST client, which starts faster."""

    def run(*arguments):
        return run_apart("rest_client.py", server.rest, *arguments, directory=tmp_path)

    return run


def test_pictures_and_bytes_are_asked_of_the_signatures_for_bytes(ask, signatures, tmp_path):
    pixels = (255 * digits(0, 2)).astype("uint8")
    for name, image in zip(("a.png", "b.png"), pixels, strict=True):
        Image.fromarray(image[..., 0]).save(tmp_path / name)
    np.save(tmp_path / "both.npy", pixels)
    for files in (["a.png", "b.png"], ["both.npy"]):
        status, _, errors = ask("encode", *files, "--out", "code.npz")
        assert (status, errors) == (0, "")
        wanted = expected(signatures, "encode_uint8", images=pixels)
        assert_same(written(tmp_path / "code.npz"), wanted)


def test_generated_picture_shows_the_images_side_by_side(ask, signatures, tmp_path):
    assert ask("generate", "--count", "5", "--category", "1")[0] == 0
    picture = np.asarray(Image.open(tmp_path / "generated.png"))
    tile, gap = 56, 4  # 8 pixels seven times enlarged
    assert picture.shape == (2 * (tile + 2 * gap), 3 * (tile + 2 * gap))
    wanted = {"seed": np.arange(5), "category": np.full(5, 1), "task": np.full(5, -1)}
    images = expected(signatures, "generate", **wanted)["images"]
    first = picture[gap : gap + tile : 7, gap : gap + tile : 7]
    np.testing.assert_array_equal(first, np.round(255 * images[0, ..., 0]))
    assert (picture[-tile - gap :, -tile - gap :] == 255).all()  # no sixth image


def test_images_of_one_task_are_asked_for_by_its_number(ask, signatures, tmp_path):
    assert ask("generate", "--count", "4", "--task", "0", "--out", "first.npy")[0] == 0
    wanted = {"seed": np.arange(4), "category": np.full(4, -1), "task": np.zeros(4, "int64")}
    assert_same(
        {"images": np.load(tmp_path / "first.npy")}, expected(signatures, "generate", **wanted)
    )


def test_an_older_version_is_asked_for_by_its_number(ask, tmp_path):
    np.save(tmp_path / "images.npy", digits(0, 1))
    widths = {}
    for version in ("1", "2"):
        command = ("--version", version, "encode", "images.npy", "--out", "code.npz")
        assert ask(*command)[0] == 0
        widths[version] = written(tmp_path / "code.npz")["category_probs"].shape[1]
    assert widths == {"1": 1, "2": 2}


def test_more_rows_than_a_request_may_have_are_sent_in_several(ask, server, tmp_path):
    assert ask("generate", "--count", "300", "--out", "new.npy")[0] == 0
    assert np.load(tmp_path / "new.npy").shape == (300, 8, 8, 1)
    if server.models is not None:
        assert server.models.batchers[2, "generate"].batches[-2:] == [[256], [44]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--model", "other", "status"), "other: .*other"),
        (("--version", "7", "status"), f"{NAME}: .*7"),
        (("encode", "wrong.npy"), f"{NAME}: .*"),
        (("encode", "words.npy"), "words.npy must hold images .* received <U5 of shape"),
        (("encode", "nothing.npy"), "No such file.*nothing.npy"),
        (("encode", "wrong.npy", "words.npy"), "words.npy must hold images"),
        (("generate", "--count", "0"), "--count must be at least 1, received 0"),
    ],
)
def test_errors_say_what_is_wrong(ask, tmp_path, arguments, message):
    np.save(tmp_path / "wrong.npy", np.zeros((1, 5, 5, 1)))
    np.save(tmp_path / "words.npy", np.array([["words"]]))
    status, output, errors = ask(*arguments)
    assert (status, output) == (1, "")
    assert re.fullmatch(f"error: .*{message}.*\n", errors)


@pytest.mark.parametrize("script", CLIENTS)
def test_clear_words_where_no_server_answers(script, tmp_path):
    address = f"127.0.0.1:{free_port()}"
    status, output, errors = RUN[script](script, address, "status", directory=tmp_path)
    assert (status, output) == (1, "")
    assert errors.startswith(f"error: no server answers at {address}. Is it running? docker")
