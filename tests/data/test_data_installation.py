"""A data set gets into TFDS's directory whole or not at all."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from data_helpers import BadSource, GoodSource, all_files, small_arrays, small_spec

from keras_lifelong_vae.data import installation, tfds_store
from keras_lifelong_vae.data.installation import install
from keras_lifelong_vae.data.loading import load_spec
from keras_lifelong_vae.data.spec import SourceError

KILLED = """
import os, signal, sys
from pathlib import Path
from data_helpers import GoodSource, small_spec
from keras_lifelong_vae.data import installation, tfds_store
from keras_lifelong_vae.data.loading import load_spec

def kill(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

whole = tfds_store._examples

def half(images, *others):
    for number, example in enumerate(whole(images, *others)):
        if number == len(images) // 2:
            kill()
        yield example

point, data_dir = sys.argv[1:]
if point == "while TFDS writes":
    tfds_store._examples = half
if point == "while TFDS reads":
    tfds_store.read = kill
if point == "while the arrays are written":
    installation.np.savez = lambda path, **arrays: (path.write_bytes(b"half"), kill())
if point == "before the rename":
    installation._publish = kill
load_spec(small_spec(GoodSource()), Path(data_dir))
"""


@pytest.mark.parametrize(
    "point",
    [
        "while TFDS writes",
        "while TFDS reads",
        "while the arrays are written",
        "before the rename",
    ],
)
def test_a_kill_leaves_nothing_half_written(tmp_path, point):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, point, str(tmp_path)],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert not (tmp_path / "fashion_mnist").exists()
    (left,) = tmp_path.iterdir()
    assert left.name.startswith("incomplete.")

    again = GoodSource()
    data = load_spec(small_spec(again), tmp_path)
    assert again.asked == 1
    assert len(data.train_images) == 30


def test_an_error_leaves_nothing(tmp_path):
    target = tfds_store.location(small_spec(), tmp_path)
    with pytest.raises(SourceError, match="moon"):
        install(small_spec(), BadSource(), target)
    assert list(tmp_path.iterdir()) == []


def test_threads_that_still_write_leave_nothing(tmp_path):
    class Straggling(BadSource):
        def prepare(self, spec, staging):
            (staging / "downloads").mkdir()
            self.thread = threading.Thread(target=self.write, args=(staging / "downloads",))
            self.thread.start()
            while len(os.listdir(staging / "downloads")) < 300:
                time.sleep(0.01)
            raise self.error

        def write(self, directory):
            for number in range(3000):
                try:
                    (directory / str(number)).write_bytes(b"x")
                except OSError:
                    return

    source = Straggling()
    with pytest.raises(SourceError, match="moon"):
        install(small_spec(), source, tfds_store.location(small_spec(), tmp_path))
    source.thread.join()
    assert list(tmp_path.iterdir()) == []


def test_other_data_leave_nothing(tmp_path):
    target = tfds_store.location(small_spec(), tmp_path)
    with pytest.raises(ValueError, match="SHA-256"):
        install(small_spec(), GoodSource(small_arrays(seed=1)), target)
    assert list(tmp_path.iterdir()) == []


def test_another_process_was_faster(tmp_path):
    spec = small_spec()
    target = tfds_store.location(spec, tmp_path)

    class Slow(GoodSource):
        def prepare(self, spec, staging):
            super().prepare(spec, staging)
            install(spec, GoodSource(), target)

    install(spec, Slow(), target)
    assert tfds_store.is_prepared(target)
    assert [path.name for path in tmp_path.iterdir()] == ["fashion_mnist"]
    assert [path.name for path in target.parent.iterdir()] == ["3.0.1"]


def test_what_a_killed_process_left_is_removed_after_a_day(tmp_path):
    old, recent, other = (
        tmp_path / name
        for name in ("incomplete.fashion_mnist.a", "incomplete.fashion_mnist.b", "incomplete.x")
    )
    for directory in (old, recent, other):
        directory.mkdir()
    past = time.time() - installation._ABANDONED_AFTER_SECONDS - 60
    os.utime(old, (past, past))
    os.utime(other, (past, past))
    install(small_spec(), GoodSource(), tfds_store.location(small_spec(), tmp_path))
    assert not old.exists()
    assert recent.exists()
    assert other.exists()


def test_files_can_be_read_by_everyone(tmp_path):
    target = tfds_store.location(small_spec(), tmp_path)
    mask = os.umask(0o022)
    try:
        install(small_spec(), GoodSource(), target)
    finally:
        os.umask(mask)
    assert Path(target).stat().st_mode & 0o777 == 0o755
    assert "arrays.npz" in all_files(target)
    for name in all_files(target):
        assert (target / name).stat().st_mode & 0o777 == 0o644, name
