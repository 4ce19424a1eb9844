import gzip
import struct
import tracemalloc

import numpy as np
import pytest
from data_helpers import FILE_NAMES, idx_bytes, small_arrays, write_idx_directory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from keras_lifelong_vae.data.formats import read_idx, read_idx_directory


@given(
    array=hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=6)),
    compressed=st.booleans(),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_written_is_read(tmp_path, array, compressed):
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(idx_bytes(array)) if compressed else idx_bytes(array))
    read = read_idx(path, array.ndim)
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, array)


@given(cut=st.integers(0, 31), compressed=st.booleans())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_cut_anywhere_is_an_error(tmp_path, cut, compressed):
    content = idx_bytes(np.arange(2 * 2 * 4, dtype=np.uint8).reshape(2, 2, 4))
    assert len(content) == 32
    path = tmp_path / "cut-file"
    if compressed:
        packed = gzip.compress(content)
        path.write_bytes(packed[: 2 + cut * (len(packed) - 2) // 32])
    else:
        path.write_bytes(content[:cut])
    with pytest.raises(ValueError, match="cut-file must"):
        read_idx(path, 3)


def test_a_known_file_byte_by_byte(tmp_path):
    path = tmp_path / "labels"
    path.write_bytes(b"\x00\x00\x08\x01\x00\x00\x00\x03\x07\x00\x09")
    np.testing.assert_array_equal(read_idx(path, 1), [7, 0, 9])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x00\x00\x0d\x01\x00\x00\x00\x00", "start with the bytes 00000801 .* received 00000d01"),
        (b"\x00\x00\x08\x03\x00\x00\x00\x00", "start with the bytes 00000801 .* received 00000803"),
        (b"<html>not found</html>", "start with the bytes 00000801"),
        (b"", "received an empty file"),
        (b"\x00\x00\x08\x01\x00\x00", "header of 8 bytes, received 6 bytes"),
        (b"\x00\x00\x08\x01\x00\x00\x00\x02\x01\x02\x03", "must have 10 bytes .* received more"),
        (b"\x00\x00\x08\x01\xff\xff\xff\xff\x01", "at most 47,040,000 .* 4,294,967,295"),
        (gzip.compress(b"\x00\x00\x08\x01\x00\x00\x00\x00", mtime=0) + b"junk", "whole gzip file"),
    ],
)
def test_damaged_files_say_what_is_wrong(tmp_path, content, message):
    path = tmp_path / "labels"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as error:
        read_idx(path, 1)
    assert str(path) in str(error.value)


def bomb(path, header, size=256 * 2**20):
    """A small gzip file that unpacks to `header` and so many zeros."""
    chunk = bytes(2**20)
    with gzip.open(path, "wb", compresslevel=9) as file:
        file.write(header)
        for _ in range(size // len(chunk)):
            file.write(chunk)
    assert path.stat().st_size < size / 900


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((1, 28, 28), "must have 800 bytes .* received more"),
        ((2**16, 2**8, 2**4), "at most 47,040,000 values, .* announces 268,435,456"),
        ((2**32 - 1,) * 3, "at most 47,040,000 values"),
    ],
)
def test_a_gzip_bomb_is_refused_without_being_unpacked(tmp_path, shape, message):
    path = tmp_path / "train-images-idx3-ubyte.gz"
    bomb(path, struct.pack(">BBBB3I", 0, 0, 8, 3, *shape))
    tracemalloc.start()
    with pytest.raises(ValueError, match=message) as error:
        read_idx(path, 3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert str(path) in str(error.value)
    assert peak < 2**21


@pytest.mark.parametrize("compressed", [False, True])
def test_a_directory_of_four_files(tmp_path, compressed):
    arrays = small_arrays()
    read = read_idx_directory(write_idx_directory(tmp_path, arrays, compressed))
    for array, expected in zip(read, arrays, strict=True):
        np.testing.assert_array_equal(array, expected)
    assert [array.dtype for array in read] == [np.uint8, np.int64, np.uint8, np.int64]


@pytest.mark.parametrize("name", FILE_NAMES)
def test_a_missing_file_is_named(tmp_path, name):
    (write_idx_directory(tmp_path, small_arrays()) / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"{name} or {name}.gz"):
        read_idx_directory(tmp_path)


def test_a_missing_directory_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no directory .*nowhere"):
        read_idx_directory(tmp_path / "nowhere")


def test_one_label_too_few(tmp_path):
    arrays = small_arrays()
    write_idx_directory(tmp_path, arrays._replace(train_labels=arrays.train_labels[:-1]))
    with pytest.raises(ValueError, match="one label for each of the 30 images, received 29"):
        read_idx_directory(tmp_path)
