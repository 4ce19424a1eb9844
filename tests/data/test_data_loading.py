import logging
import shutil

import numpy as np
import pytest
from data_helpers import (
    BadSource,
    GoodSource,
    all_files,
    small_arrays,
    small_spec,
    write_idx_directory,
)

from keras_lifelong_vae import cli, data
from keras_lifelong_vae.data import loading, sources, tfds_store
from keras_lifelong_vae.data.loading import load_spec
from keras_lifelong_vae.data.registry import FASHION_MNIST, MNIST, SVHN_CROPPED
from keras_lifelong_vae.data.sources import DebianPackage, Directory, NpmPackage, TfdsDownload
from keras_lifelong_vae.data.spec import in_order


def test_names():
    assert data.names() == ("fashion_mnist", "mnist", "svhn_cropped", "digits", "synth_digits")


@pytest.mark.parametrize("function", [data.load, data.location])
def test_an_unknown_name(function):
    known = "fashion_mnist, mnist, svhn_cropped, digits, synth_digits"
    with pytest.raises(ValueError, match=f"`name` must be one of {known}, received 'cats'"):
        function("cats")


def test_the_ways_to_the_real_data_sets():
    ways = {
        spec.name: [[type(source) for source in group] for group in (spec.sources, spec.packages)]
        for spec in (FASHION_MNIST, MNIST, SVHN_CROPPED)
    }
    assert ways == {
        "fashion_mnist": [[Directory, TfdsDownload], [DebianPackage]],
        "mnist": [[TfdsDownload], [NpmPackage]],
        "svhn_cropped": [[TfdsDownload], []],
    }


def test_location(tmp_path):
    assert data.location("mnist", tmp_path) == tmp_path / "mnist" / "3.0.1"


def test_sources_are_asked_in_order_until_one_has_it(tmp_path, caplog):
    sources = (
        BadSource("the first"),
        BadSource("the second", ValueError("spoilt")),
        GoodSource(description="the third"),
        GoodSource(description="the fourth"),
    )
    with caplog.at_level(logging.INFO, logger="keras_lifelong_vae"):
        loaded = load_spec(small_spec(*sources), tmp_path)
    assert [source.asked for source in sources] == [1, 1, 1, 0]
    assert loaded.source == f"the third, now prepared in {tmp_path / 'fashion_mnist' / '3.0.1'}"
    ours = [record for record in caplog.records if record.name.startswith("keras_lifelong_vae")]
    warnings = [record.getMessage() for record in ours if record.levelname == "WARNING"]
    assert warnings == [
        "'fashion_mnist' from the first: the moon is full",
        "'fashion_mnist' from the second: spoilt",
    ]
    for array, expected in zip(
        (loaded.train_images, loaded.train_labels, loaded.test_images, loaded.test_labels),
        in_order(small_arrays()),
        strict=True,
    ):
        np.testing.assert_array_equal(array, expected)


def test_what_is_prepared_comes_first(tmp_path):
    tfds_store.store(small_spec(), small_arrays(), tmp_path, "before")
    source = GoodSource()
    loaded = load_spec(small_spec(source), tmp_path)
    assert source.asked == 0
    assert loaded.source == f"TFDS, prepared in {tmp_path / 'fashion_mnist' / '3.0.1'}"
    assert len(loaded.test_images) == 12


def test_one_error_names_all_the_ways(tmp_path):
    sources = (
        Directory(tmp_path / "nowhere"),
        TfdsDownload("http://host.invalid/file"),
        BadSource("an altered package", ValueError("wrong SHA-256")),
    )
    with pytest.raises(data.DataUnavailableError) as error:
        load_spec(small_spec(*sources), tmp_path / "tfds")
    lines = str(error.value).splitlines()
    assert lines[0].startswith("'fashion_mnist' can't be had here")
    assert lines[1].startswith("  1. data already prepared by TFDS: none in ")
    assert lines[2] == (
        f"  2. files in {tmp_path / 'nowhere'}: There is no directory {tmp_path / 'nowhere'}."
    )
    assert lines[3].startswith("  3. TFDS's own download: http://host.invalid/file ")
    assert lines[4] == "  4. an altered package: wrong SHA-256"
    assert "`source_dir`" in lines[5]
    assert "`data_dir`" in lines[5]
    assert all_files(tmp_path) == []


def test_package_managers_run_only_where_the_user_allows_it(tmp_path):
    package = GoodSource(description="npm package small")
    spec = small_spec(BadSource(), packages=(package,))
    with pytest.raises(data.DataUnavailableError) as error:
        load_spec(spec, tmp_path / "my data")
    assert package.asked == 0
    assert "  3. npm package small: not tried, as `allow_packages` is False\n" in str(error.value)
    way = f"lifelong-vae data fashion_mnist --allow-packages --data-dir '{tmp_path}/my data'"
    assert f"`allow_packages=True`, which runs a package manager ({way})" in str(error.value)
    loaded = load_spec(spec, tmp_path / "my data", allow_packages=True)
    assert loaded.source.startswith("npm package small, now prepared in ")
    assert load_spec(spec, tmp_path / "my data").source.startswith("TFDS, prepared in ")
    assert package.asked == 1


def test_without_a_package_the_error_suggests_none(tmp_path):
    with pytest.raises(data.DataUnavailableError) as error:
        load_spec(small_spec(BadSource()), tmp_path, allow_packages=True)
    assert "--allow-packages" not in str(error.value)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_no_program_is_run_unless_allowed(tmp_path, monkeypatch, name):
    monkeypatch.setattr(sources, "why_unreachable", lambda url: "no network")
    monkeypatch.setattr(sources.subprocess, "Popen", lambda *args, **kwargs: pytest.fail("ran"))
    with pytest.raises(data.DataUnavailableError, match=f"data {name} --allow-packages --data-dir"):
        data.load(name, tmp_path)


def test_the_command_allows_packages_only_with_its_option(tmp_path, monkeypatch, capsys):
    spec = small_spec(BadSource(), packages=(GoodSource(),))
    monkeypatch.setattr(loading, "TFDS_SPECS", (spec,))
    arguments = ["data", "fashion_mnist", "--data-dir", str(tmp_path)]
    assert cli.main(arguments) == 1
    assert "lifelong-vae data fashion_mnist --allow-packages" in capsys.readouterr().err
    assert cli.main([*arguments, "--allow-packages"]) == 0
    assert "a good source" in capsys.readouterr().out


def test_a_known_directory_with_altered_files_is_passed_over(tmp_path, caplog):
    directory = write_idx_directory(tmp_path / "files", small_arrays(seed=1))
    loaded = load_spec(small_spec(Directory(directory), GoodSource()), tmp_path / "tfds")
    assert loaded.source.startswith("a good source")
    assert "must have the SHA-256" in caplog.text


@pytest.mark.parametrize("compressed", [False, True])
def test_source_dir(tmp_path, compressed):
    directory = write_idx_directory(tmp_path / "files", small_arrays(), compressed)
    source = GoodSource()
    loaded = load_spec(small_spec(source), str(tmp_path / "tfds"), str(directory))
    assert source.asked == 0
    assert loaded.source.startswith(f"files in {directory}, now prepared in ")
    again = load_spec(small_spec(source), tmp_path / "tfds", directory)
    assert again.source.startswith("TFDS, prepared in ")
    np.testing.assert_array_equal(again.train_images, loaded.train_images)


@pytest.mark.parametrize("prepared", [False, True])
def test_an_empty_source_dir_is_an_error(tmp_path, prepared):
    spec = small_spec(GoodSource())
    if prepared:
        load_spec(spec, tmp_path / "tfds")
    (tmp_path / "files").mkdir()
    with pytest.raises(FileNotFoundError, match="train-images-idx3-ubyte or train-images"):
        load_spec(spec, tmp_path / "tfds", tmp_path / "files")


@pytest.mark.parametrize("prepared", [False, True])
def test_altered_files_in_source_dir_are_an_error(tmp_path, prepared):
    spec = small_spec(GoodSource())
    if prepared:
        load_spec(spec, tmp_path / "tfds")
    before = all_files(tmp_path / "tfds")
    directory = write_idx_directory(tmp_path / "files", small_arrays(seed=1))
    with pytest.raises(ValueError, match=f"files in {directory}: `train_images`.*SHA-256"):
        load_spec(spec, tmp_path / "tfds", directory)
    assert all_files(tmp_path / "tfds") == before


def test_truncated_files_in_source_dir_are_an_error(tmp_path):
    directory = write_idx_directory(tmp_path / "files", small_arrays())
    path = directory / "t10k-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match=f"{path} must have 9424 bytes .* received 9423"):
        load_spec(small_spec(GoodSource()), tmp_path / "tfds", directory)
    assert all_files(tmp_path / "tfds") == []


@pytest.mark.parametrize("content", [None, b"", b"altered"])
def test_spoilt_arrays_are_read_from_tfds_and_repaired(tmp_path, content):
    spec = small_spec(GoodSource())
    expected = load_spec(spec, tmp_path)
    kept = tmp_path / "fashion_mnist" / "3.0.1" / "arrays.npz"
    whole = kept.read_bytes()
    if content is None:
        kept.unlink()
    else:
        kept.write_bytes(content)
    loaded = load_spec(spec, tmp_path)
    np.testing.assert_array_equal(loaded.train_images, expected.train_images)
    assert len(kept.read_bytes()) == len(whole)
    for record in kept.parent.glob("*tfrecord*"):
        record.unlink()
    np.testing.assert_array_equal(load_spec(spec, tmp_path).train_images, expected.train_images)


def test_spoilt_tfds_data_are_an_error_that_says_what_to_do(tmp_path):
    spec = small_spec(GoodSource())
    load_spec(spec, tmp_path)
    prepared = tmp_path / "fashion_mnist" / "3.0.1"
    (prepared / "arrays.npz").unlink()
    (record,) = prepared.glob("*train.tfrecord*")
    record.write_bytes(record.read_bytes()[:5000])
    with pytest.raises(ValueError, match=f"Remove {prepared} to have it prepared anew"):
        load_spec(spec, tmp_path)
    shutil.rmtree(prepared)
    assert len(load_spec(spec, tmp_path).train_images) == 30


def test_foreign_files_in_the_place_of_the_data_are_an_error(tmp_path):
    prepared = tmp_path / "fashion_mnist" / "3.0.1"
    prepared.mkdir(parents=True)
    (prepared / "notes").write_text("mine")
    source = GoodSource()
    with pytest.raises(ValueError, match=f"{prepared} must hold data that TFDS prepared"):
        load_spec(small_spec(source), tmp_path)
    assert source.asked == 0
    assert (prepared / "notes").read_text() == "mine"


def test_arrays_that_cannot_be_kept_are_returned_all_the_same(tmp_path, monkeypatch, caplog):
    tfds_store.store(small_spec(), small_arrays(), tmp_path, "before")

    def fail(*args):
        raise PermissionError("read-only")

    monkeypatch.setattr("keras_lifelong_vae.data.installation.write_arrays", fail)
    assert len(load_spec(small_spec(), tmp_path).train_images) == 30
    assert "can't be kept" in caplog.text


def test_data_dir_must_be_local():
    with pytest.raises(ValueError, match="`data_dir` must be a local directory, received 'gs://"):
        data.load("mnist", data_dir="gs://bucket/data")
