import logging

import numpy as np
import pytest
from data_helpers import all_files, small_arrays, small_spec

from keras_lifelong_vae.data import installation
from keras_lifelong_vae.data.spec import in_order


@pytest.fixture
def cached(tmp_path):
    installation.write_arrays(tmp_path, in_order(small_arrays()))
    return tmp_path


def test_what_was_written_is_read(cached):
    assert all_files(cached) == ["arrays.npz"]
    for array, expected in zip(
        installation.read_arrays(cached, small_spec()), in_order(small_arrays()), strict=True
    ):
        np.testing.assert_array_equal(array, expected)


def test_nothing_there_is_nothing_to_report(tmp_path, caplog):
    assert installation.read_arrays(tmp_path, small_spec()) is None
    assert not caplog.records


def _truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def _empty(path):
    path.write_bytes(b"")


def _flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def _other_data(path):
    installation.write_arrays(path.parent, in_order(small_arrays(seed=1)))


def _array_missing(path):
    np.savez(path, train_images=small_arrays().train_images)


def _objects(path):
    np.savez(path, **dict.fromkeys(small_arrays()._fields, np.array([{}], object)))


@pytest.mark.parametrize("spoil", [_truncate, _empty, _flip, _other_data, _array_missing, _objects])
def test_a_spoilt_file_is_reported_and_not_used(cached, caplog, spoil):
    spoil(cached / installation.ARRAYS_NAME)
    with caplog.at_level(logging.WARNING):
        assert installation.read_arrays(cached, small_spec()) is None
    assert "read anew" in caplog.text


def test_a_failing_write_leaves_the_old_file(cached, monkeypatch):
    def fail(path, **arrays):
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="disk full"):
        installation.write_arrays(cached, in_order(small_arrays(seed=1)))
    assert all_files(cached) == ["arrays.npz"]
    assert installation.read_arrays(cached, small_spec()) is not None
