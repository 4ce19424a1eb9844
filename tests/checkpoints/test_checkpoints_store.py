"""A checkpoint file is right or refused, and a write that fails leaves the one before."""

import errno
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from keras_lifelong_vae.checkpoints import CheckpointStore
from keras_lifelong_vae.checkpoints.checkpoint_store import read
from keras_lifelong_vae.files import locked

ARRAYS = [np.arange(500, dtype="float32"), np.asarray(3, "int32"), np.zeros((2, 0), "uint32")]


@pytest.fixture
def store(tmp_path):
    store = CheckpointStore(tmp_path / "kept")
    store.save(ARRAYS, {"fit": 0})
    return store


def fit_of(store):
    return store.load().position["fit"]


def test_what_was_saved_is_loaded(store):
    stored = store.load()
    assert stored.position == {"fit": 0}
    for array, expected in zip(stored.arrays, ARRAYS, strict=True):
        assert array.dtype == expected.dtype
        np.testing.assert_array_equal(array, expected)


def test_there_may_be_nothing(tmp_path):
    assert CheckpointStore(tmp_path / "new").load() is None
    assert not (tmp_path / "new").exists()


def test_the_last_two_are_kept(store):
    for fit in range(1, 12):
        store.save(ARRAYS, {"fit": fit})
    assert [path.name for path in store.paths()] == ["00000011.checkpoint", "00000012.checkpoint"]
    assert fit_of(store) == 11


def test_no_flipped_bit_goes_unnoticed(store):
    (path,) = store.paths()
    content, draw = path.read_bytes(), np.random.default_rng(0)
    places = {0, 31, 32, len(content) - 1, *draw.integers(0, len(content), 200).tolist()}
    for place in places:
        flipped = bytearray(content)
        flipped[place] ^= 1 << int(draw.integers(8))
        path.write_bytes(flipped)
        with pytest.raises(ValueError, match=r"00000001\.checkpoint is damaged"):
            read(path)


def test_no_cut_goes_unnoticed(store):
    (path,) = store.paths()
    content = path.read_bytes()
    for size in {0, 1, 31, 32, *np.random.default_rng(0).integers(0, len(content), 200).tolist()}:
        path.write_bytes(content[:size])
        with pytest.raises(ValueError, match=r"00000001\.checkpoint is damaged"):
            read(path)


def test_a_full_disk_leaves_the_checkpoint_before(store):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large") as raised:
            store.save(ARRAYS, {"fit": 1})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert raised.value.errno == errno.EFBIG
    assert raised.value.filename.endswith("00000002.checkpoint")
    assert [path.name for path in store.directory.iterdir()] == ["00000001.checkpoint"]
    assert fit_of(store) == 0
    store.save(ARRAYS, {"fit": 1})
    assert fit_of(store) == 1


def test_what_was_written_is_read_back(store, monkeypatch):
    damaged = bytes(1000)
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda path: damaged)  # a disk that forgets
    with pytest.raises(ValueError, match="is damaged"):
        store.save(ARRAYS, {"fit": 1})
    monkeypatch.undo()
    assert fit_of(store) == 0


HOLD = """
import sys, time
from pathlib import Path
from keras_lifelong_vae.files import locked
with locked(Path(sys.argv[1]), "directory"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_directory_is_for_one_process_and_free_when_it_died(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "held\n"
        for number in (None, signal.SIGSTOP, signal.SIGCONT):  # asleep is not dead
            if number:
                process.send_signal(number)
            with (
                pytest.raises(ValueError, match="`directory` must be used by one process at a"),
                locked(tmp_path, "directory"),
            ):
                pass
    finally:
        process.kill()
        process.wait()
    begun = time.monotonic()
    with locked(tmp_path, "directory"):
        assert time.monotonic() - begun < 5
