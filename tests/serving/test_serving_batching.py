"""Rows of two clients that the server runs as one batch are answered as if each came alone."""

from contextlib import contextmanager

import numpy as np
import pytest
import tensorflow as tf
from serving_helpers import CLIENTS, NAME, digits, ended, start_client, written

EXACT = {"rtol": 1e-6, "atol": 1e-6}


@contextmanager
def together(server, signature, *rows):
    """Makes the stand-in wait for both; what TensorFlow Serving batches is its own affair."""
    if server.models is None:
        yield
        return
    batcher = server.models.batchers[2, signature]
    batcher.requests_in_batch = 2
    try:
        yield
    finally:
        batcher.requests_in_batch = 1
    assert sorted(batcher.batches[-1]) == sorted(rows)


def run_both(server, directories, scripts, *commands):
    """Two clients at once, each in its own directory."""
    clients = [
        start_client(script, getattr(server, CLIENTS[script]), *command, directory=directory)
        for script, directory, command in zip(scripts, directories, commands, strict=True)
    ]
    for client in clients:
        status, _, errors = ended(client)
        assert (status, errors) == (0, "")


@pytest.fixture
def directories(tmp_path):
    both = [tmp_path / name for name in ("first", "second")]
    for directory in both:
        directory.mkdir()
    return both


@pytest.fixture(scope="module")
def signatures(served):
    return tf.saved_model.load(str(served / NAME / "2")).signatures


def test_scores(server, directories, signatures):
    images = [digits(0, 3), digits(1, 5)]
    images[0][1] = np.nan  # nor does a bad row spoil its neighbours
    for directory, some in zip(directories, images, strict=True):
        np.save(directory / "images.npy", some)
    command = ("score", "images.npy", "--out", "score.npz")
    with together(server, "score", 3, 5):
        run_both(server, directories, CLIENTS, command, (*command, "--seed", "9"))
    for directory, some, seed in zip(directories, images, (0, 9), strict=True):
        seeds = tf.fill([len(some)], tf.constant(seed, tf.int64))
        alone = signatures["score"](images=tf.constant(some), seed=seeds)
        for name, array in written(directory / "score.npz").items():
            np.testing.assert_allclose(array, alone[name], **EXACT, err_msg=name)


def test_generated_images(server, directories, signatures):
    command = ("generate", "--out", "new.npy", "--count")
    with together(server, "generate", 2, 7):
        commands = (*command, "2"), (*command, "7", "--category", "1")
        run_both(server, directories, ["rest_client.py"] * 2, *commands)
    for directory, count, category in zip(directories, (2, 7), (-1, 1), strict=True):
        for row in range(count):  # each row alone in its batch
            alone = signatures["generate"](
                seed=tf.constant([row], tf.int64),
                category=tf.constant([category], tf.int64),
                task=tf.constant([-1], tf.int64),
            )
            images = np.load(directory / "new.npy")
            np.testing.assert_allclose(images[[row]], alone["images"], **EXACT)
