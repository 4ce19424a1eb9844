import sys
import time

import pytest

from keras_lifelong_vae.data.sources import run
from keras_lifelong_vae.data.spec import SourceError


def test_runs_in_the_directory(tmp_path):
    run((sys.executable, "-c", "open('made', 'w').write('x')"), tmp_path)
    assert (tmp_path / "made").read_text() == "x"


def test_a_program_that_is_not_there(tmp_path):
    with pytest.raises(SourceError, match="no-such-program is not installed"):
        run(("no-such-program", "x"), tmp_path)


def test_a_failing_program_is_quoted(tmp_path):
    with pytest.raises(SourceError, match="failed: no candidate / try later"):
        run((sys.executable, "-c", "exit('no candidate\\n\\ntry later')"), tmp_path)


def test_a_program_that_fetches_nothing_is_stopped(tmp_path):
    start = time.monotonic()
    with pytest.raises(SourceError, match=r"fetched nothing for 0\.5 s"):
        run((sys.executable, "-c", "import time; time.sleep(60)"), tmp_path, stall_seconds=0.5)
    assert time.monotonic() - start < 10


_SLOW = """
import time
for part in range({parts}):
    open('file', 'ab').write(b'x')
    time.sleep(0.3)
"""


def test_a_slow_program_that_fetches_something_is_not(tmp_path):
    run((sys.executable, "-c", _SLOW.format(parts=8)), tmp_path, stall_seconds=1.5)
    assert (tmp_path / "file").read_bytes() == b"x" * 8


def test_a_program_that_never_ends_is_stopped(tmp_path):
    start = time.monotonic()
    with pytest.raises(SourceError, match="took more than 1 s"):
        run((sys.executable, "-c", _SLOW.format(parts=200)), tmp_path, total_seconds=1.0)
    assert time.monotonic() - start < 10
