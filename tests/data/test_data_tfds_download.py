"""TFDS's own download, with a host of our own in the place of the real one."""

import http.server
import threading

import numpy as np
import pytest
from data_helpers import all_files, small_arrays, small_spec, write_idx_directory
from tensorflow_datasets.image_classification import mnist as tfds_mnist

from keras_lifelong_vae.data.loading import DataUnavailableError, load_spec
from keras_lifelong_vae.data.sources import TfdsDownload
from keras_lifelong_vae.data.spec import in_order


@pytest.fixture
def served(tmp_path, monkeypatch):
    directory = write_idx_directory(tmp_path / "served", small_arrays(), compressed=True)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, directory=directory, **kwargs)

        def log_message(self, *args):
            pass

    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        url = f"http://127.0.0.1:{httpd.server_port}/"
        monkeypatch.setattr(tfds_mnist.FashionMNIST, "URL", url)
        monkeypatch.setattr(tfds_mnist, "_TRAIN_EXAMPLES", 30)
        monkeypatch.setattr(tfds_mnist, "_TEST_EXAMPLES", 12)
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield TfdsDownload(f"{url}train-labels-idx1-ubyte.gz"), directory
        httpd.shutdown()
        thread.join()


def test_what_tfds_downloads_is_verified_and_kept(served, tmp_path):
    source, _ = served
    data = load_spec(small_spec(source), tmp_path / "tfds")
    assert data.source.startswith("TFDS's own download, now prepared in ")
    np.testing.assert_array_equal(data.test_images, in_order(small_arrays()).test_images)
    kept = all_files(tmp_path / "tfds")
    assert "fashion_mnist/3.0.1/dataset_info.json" in kept
    assert all(name.startswith("fashion_mnist/3.0.1/") for name in kept)


def test_other_data_from_tfds_are_not_kept(served, tmp_path):
    source, directory = served
    write_idx_directory(directory, small_arrays(seed=1), compressed=True)
    with pytest.raises(DataUnavailableError, match=r"TFDS's own download: .*must have the SHA-256"):
        load_spec(small_spec(source), tmp_path / "tfds")
    assert all_files(tmp_path / "tfds") == []


def test_a_download_that_breaks_off_is_not_kept(served, tmp_path):
    source, directory = served
    (directory / "t10k-images-idx3-ubyte.gz").unlink()
    with pytest.raises(DataUnavailableError, match=r"TFDS's own download: .*404"):
        load_spec(small_spec(source), tmp_path / "tfds")
    assert all_files(tmp_path / "tfds") == []
