import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow_datasets as tfds
from data_helpers import small_arrays, small_spec

from keras_lifelong_vae import data
from keras_lifelong_vae.data import tfds_store
from keras_lifelong_vae.data.spec import in_order


@pytest.fixture
def stored(tmp_path):
    tfds_store.store(small_spec(), small_arrays(), tmp_path, "a test")
    return tmp_path


def test_location_is_that_of_tfds(tmp_path):
    location = tfds_store.location(small_spec(), tmp_path)
    assert location == tmp_path / "fashion_mnist" / "3.0.1"
    assert not tfds_store.is_prepared(location)
    assert not location.exists()


def test_plain_tfds_load_reads_what_was_stored(stored):
    splits, info = tfds.load("fashion_mnist", data_dir=stored, download=False, with_info=True)
    assert info.splits["train"].num_examples == 30
    assert info.features["label"].names[9] == "Ankle boot"
    examples = list(tfds.as_numpy(splits["test"]))
    ours = small_arrays()
    expected = sorted(
        (i.tobytes(), int(n)) for i, n in zip(ours.test_images, ours.test_labels, strict=True)
    )
    assert sorted((e["image"].tobytes(), int(e["label"])) for e in examples) == expected


def test_plain_tfds_load_reads_it_supervised(stored):
    pairs = tfds.load(
        "fashion_mnist", split="train", data_dir=stored, download=False, as_supervised=True
    )
    image, label = next(iter(pairs))
    assert image.shape == (28, 28, 1)
    assert label.shape == ()


def test_read_gives_the_fixed_order(stored):
    for array, expected in zip(
        tfds_store.read(small_spec(), stored), in_order(small_arrays()), strict=True
    ):
        assert array.dtype == expected.dtype
        np.testing.assert_array_equal(array, expected)


def test_other_data_under_the_same_name_are_an_error(stored):
    other = small_spec(arrays=small_arrays(seed=1))
    with pytest.raises(ValueError, match=r"TFDS data in .*fashion_mnist.*SHA-256"):
        tfds_store.read(other, stored)


@pytest.mark.parametrize("kept", [0, 1000, -1])
def test_a_truncated_record_file_is_an_error(stored, kept):
    (record,) = stored.rglob("*train.tfrecord*")
    record.write_bytes(record.read_bytes()[:kept])
    with pytest.raises(ValueError, match="TFDS data in "):
        tfds_store.read(small_spec(), stored)


def test_a_flipped_byte_in_a_record_file_is_an_error(stored):
    (record,) = stored.rglob("*test.tfrecord*")
    content = bytearray(record.read_bytes())
    content[len(content) // 2] ^= 0xFF
    record.write_bytes(content)
    with pytest.raises(ValueError, match="TFDS data in "):
        tfds_store.read(small_spec(), stored)


def test_default_directory_is_that_of_tfds():
    expected = tfds.builder("mnist").data_dir
    assert str(data.location("mnist")) == expected


def test_importing_the_data_package_does_not_import_tfds(tmp_path):
    code = (
        "import sys\n"
        "from keras_lifelong_vae import data\n"
        "assert 'tensorflow_datasets' not in sys.modules\n"
        "print(data.location('mnist'))\n"
    )
    environment = {**os.environ, "TFDS_DATA_DIR": str(tmp_path), "PYTHONPATH": ":".join(sys.path)}
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == str(tmp_path / "mnist" / "3.0.1")
