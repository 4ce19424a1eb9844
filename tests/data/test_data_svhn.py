"""SVHN in its own files: small ones, written by SciPy in the format of the real ones."""

import dataclasses
import re

import numpy as np
import pytest
import tensorflow_datasets as tfds
from data_helpers import all_files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import io

from keras_lifelong_vae import cli, data
from keras_lifelong_vae.data import loading, tfds_store
from keras_lifelong_vae.data.formats import SVHN_NAMES, read_svhn, read_svhn_directory
from keras_lifelong_vae.data.loading import load_spec
from keras_lifelong_vae.data.registry import SVHN_CROPPED
from keras_lifelong_vae.data.spec import Arrays, in_order

SMALL = dataclasses.replace(SVHN_CROPPED, sizes=(23, 11), sources=())


def arrays():
    """23 training and 11 test images, each digit among both."""
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (n, 32, 32, 3), np.uint8) for n in SMALL.sizes]
    labels = [np.arange(n) % 10 for n in SMALL.sizes]
    return Arrays(images[0], labels[0], images[1], labels[1])


def write(path, images, labels, compressed=True):
    """X counts images in the last axis, and y calls the digit 0 a 10."""
    y = np.where(labels == 0, 10, labels).astype("uint8")[:, np.newaxis]
    content = {"X": np.moveaxis(images, 0, 3), "y": y}
    io.savemat(path, content, do_compression=compressed)


@pytest.fixture
def files(tmp_path):
    directory = tmp_path / "files"
    directory.mkdir()
    ours = arrays()
    write(directory / SVHN_NAMES[0], ours.train_images, ours.train_labels)
    write(directory / SVHN_NAMES[1], ours.test_images, ours.test_labels)
    return directory


@pytest.mark.parametrize("compressed", [False, True])
def test_what_was_written_is_read(tmp_path, compressed):
    ours = arrays()
    write(tmp_path / "test_32x32.mat", ours.test_images, ours.test_labels, compressed)
    images, labels = read_svhn(tmp_path / "test_32x32.mat")
    np.testing.assert_array_equal(images, ours.test_images)
    np.testing.assert_array_equal(labels, ours.test_labels)
    assert (images.dtype, labels.dtype) == (np.uint8, np.int64)
    assert images.flags.c_contiguous


def test_a_directory_of_two_files(files):
    for array, expected in zip(read_svhn_directory(files), arrays(), strict=True):
        np.testing.assert_array_equal(array, expected)


def test_what_is_stored_is_what_tfds_would_have_stored(files, tmp_path):
    load_spec(SMALL, tmp_path / "tfds", files)
    splits, info = tfds.load(
        "svhn_cropped", data_dir=tmp_path / "tfds", download=False, with_info=True
    )
    assert info.features["label"].num_classes == 10
    ours = arrays()
    for name, images, labels in (("train", *ours[:2]), ("test", *ours[2:])):
        stored = {one["id"].decode(): one for one in tfds.as_numpy(splits[name])}
        assert sorted(stored) == [f"{name}_{i:06d}" for i in range(len(images))]
        for i in range(len(images)):  # the number is that of the image in the file
            np.testing.assert_array_equal(stored[f"{name}_{i:06d}"]["image"], images[i])
            assert stored[f"{name}_{i:06d}"]["label"] == labels[i]


def test_files_become_a_data_set_in_the_fixed_order(files, tmp_path):
    loaded = load_spec(SMALL, tmp_path / "tfds", files)
    assert loaded.source.startswith(f"files in {files}, now prepared in ")
    again = load_spec(SMALL, tmp_path / "tfds")
    assert again.source.startswith("TFDS, prepared in ")
    for field, expected in in_order(arrays())._asdict().items():
        np.testing.assert_array_equal(getattr(loaded, field), expected)
        np.testing.assert_array_equal(getattr(again, field), expected)
    assert loaded.class_names == tuple("0123456789")


def test_the_real_sizes_are_required(files, tmp_path):
    with pytest.raises(ValueError, match=r"73257 training and 26032 test images, received 23 and"):
        data.load("svhn_cropped", tmp_path / "tfds", files)
    assert all_files(tmp_path / "tfds") == []


def test_the_shapes_and_classes_are_those_of_tfds(tmp_path):
    features = tfds.builder("svhn_cropped", data_dir=tmp_path).info.features
    assert features["image"].shape == SVHN_CROPPED.image_shape
    assert tuple(features["label"].names) == SVHN_CROPPED.class_names
    assert data.location("svhn_cropped", tmp_path) == tmp_path / "svhn_cropped" / "3.1.0"


@pytest.mark.parametrize("name", SVHN_NAMES)
def test_a_missing_file_is_named(files, name):
    (files / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"{files} must hold a file {name}"):
        read_svhn_directory(files)


def test_a_missing_directory_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no directory .*nowhere"):
        read_svhn_directory(tmp_path / "nowhere")


X, Y = np.zeros((32, 32, 3, 4), "uint8"), np.ones((4, 1), "uint8")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"X": X}, "must hold the arrays `X` and `y`, received none called y"),
        ({"digits": X}, "received none called X or y"),
        ({"X": X[:28, :28], "y": Y}, r"`X`.*\(32, 32, 3, 'n'\), received uint8 \(28, 28, 3, 4\)"),
        ({"X": np.moveaxis(X, 3, 0), "y": Y}, r"received uint8 \(4, 32, 32, 3\)"),
        ({"X": X / 255, "y": Y}, r"`X`, a uint8 array .* received float64"),
        ({"X": X, "y": Y[:3]}, r"`y`, an integer array of shape \(4, 1\).*received uint8 \(3, 1\)"),
        ({"X": X, "y": Y / 2}, "`y`, an integer array .* received float64"),
        ({"X": X, "y": 0 * Y}, "labels `y` from 1 to 10, .* received values from 0 to 0"),
        ({"X": X, "y": 11 * Y}, "received values from 11 to 11"),
    ],
)
def test_other_arrays_say_what_is_wrong(tmp_path, content, message):
    path = tmp_path / "train_32x32.mat"
    io.savemat(path, content)
    with pytest.raises(ValueError, match=message) as error:
        read_svhn(path)
    assert str(path) in str(error.value)


@given(cut=st.floats(0, 1, exclude_max=True), compressed=st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_cut_anywhere_is_an_error(tmp_path, cut, compressed):
    path = tmp_path / "cut-file"
    write(path, arrays().test_images, arrays().test_labels, compressed)
    content = path.read_bytes()
    # y ends the file, filled up to 8 bytes with zeros that nobody misses.
    path.write_bytes(content[: int(cut * (len(content) - 8))])
    with pytest.raises(ValueError, match="cut-file must"):
        read_svhn(path)


@pytest.mark.parametrize(
    "content", [b"", b"<html>not found</html>" * 20, b"\x89HDF\r\n\x1a\n" * 99]
)
def test_what_is_no_matlab_file_is_said_so(tmp_path, content):
    path = tmp_path / "test_32x32.mat"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=f"{re.escape(str(path))} must be a whole MATLAB file"):
        read_svhn(path)


def test_a_truncated_file_leaves_nothing(files, tmp_path):
    path = files / "train_32x32.mat"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ValueError, match=r"train_32x32\.mat must be a whole MATLAB file"):
        load_spec(SMALL, tmp_path / "tfds", files)
    assert all_files(tmp_path / "tfds") == []


def test_the_command_prepares_it(files, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(loading, "TFDS_SPECS", (SMALL,))
    places = ["--data-dir", str(tmp_path / "tfds"), "--source-dir", str(files)]
    assert cli.main(["data", "svhn_cropped", *places]) == 0
    text = capsys.readouterr().out
    assert [
        w for w in ("svhn_cropped", str(files), "(32, 32, 3)", "23", "11") if w not in text
    ] == []
    assert tfds_store.is_prepared(tmp_path / "tfds" / "svhn_cropped" / "3.1.0")


def test_the_command_says_in_one_line_what_is_missing(files, tmp_path, capsys):
    (files / "test_32x32.mat").unlink()
    places = ["--data-dir", str(tmp_path / "tfds"), "--source-dir", str(files)]
    assert cli.main(["data", "svhn_cropped", *places]) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith(f"lifelong-vae: error: {files} must hold a file test_32x32.mat")
