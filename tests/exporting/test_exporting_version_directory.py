import os
import signal

import pytest

from keras_lifelong_vae.exporting.version_directory import check_target, next_version, write_version


def fill(directory):
    (directory / "saved_model.pb").write_text("whole")


def names(base):
    return sorted(path.name for path in base.iterdir())


def test_versions_count_up_from_the_largest_number(tmp_path):
    assert next_version(tmp_path / "missing") == 1
    for name in ("2", "10", "010", "temporary", ".incomplete-77", "3.bak"):
        (tmp_path / name).mkdir()
    assert next_version(tmp_path) == 11


def test_a_version_is_not_seen_before_it_is_whole(tmp_path):
    seen = []

    def write(directory):
        fill(directory)
        seen.extend(path.name for path in tmp_path.iterdir())
        assert directory.parent == tmp_path  # the same file system, so that renaming is at once

    assert write_version(tmp_path, 3, write) == tmp_path / "3"
    assert [name for name in seen if name.isdigit()] == []
    assert names(tmp_path) == ["3"]
    assert (tmp_path / "3" / "saved_model.pb").read_text() == "whole"


def test_other_users_may_read_a_version(tmp_path):
    umask = os.umask(0o022)
    try:
        version = write_version(tmp_path, 1, fill)
    finally:
        os.umask(umask)
    assert version.stat().st_mode & 0o777 == 0o755


def test_a_failure_leaves_the_old_version_and_no_other(tmp_path):
    write_version(tmp_path, 1, fill)

    def fail(directory):
        fill(directory)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_version(tmp_path, 2, fail)
    assert names(tmp_path) == ["1"]


@pytest.mark.filterwarnings("ignore:.*fork.*")
def test_a_killed_export_leaves_no_version(tmp_path):
    def write(directory):
        (directory / "saved_model.pb").write_text("half")
        os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        write_version(tmp_path, 1, write)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert [name for name in names(tmp_path) if name.isdigit()] == []
    assert next_version(tmp_path) == 1
    write_version(tmp_path, 1, fill)


def test_of_two_exports_of_one_version_the_first_stays(tmp_path):
    def write(directory):
        (directory / "saved_model.pb").write_text("second")
        write_version(tmp_path, 1, fill)

    with pytest.raises(FileExistsError, match="export again"):
        write_version(tmp_path, 1, write)
    assert names(tmp_path) == ["1"]
    assert (tmp_path / "1" / "saved_model.pb").read_text() == "whole"


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", "a b", "../up", None, 3, "é"])
def test_a_name_is_a_plain_directory_name(tmp_path, name):
    with pytest.raises(ValueError, match="`name` must be a plain directory name"):
        check_target(tmp_path, name, None)


@pytest.mark.parametrize("version", [0, -1, True, 1.0, "1"])
def test_a_version_is_a_number_of_at_least_1(tmp_path, version):
    with pytest.raises(ValueError, match="`version` must be an integer of at least 1, received"):
        check_target(tmp_path, "digits", version)


@pytest.mark.parametrize("existing", ["4", "004"])
def test_a_version_is_never_overwritten(tmp_path, existing):
    (tmp_path / "digits" / existing).mkdir(parents=True)
    with pytest.raises(FileExistsError, match="received 4"):
        check_target(tmp_path, "digits", 4)
    assert check_target(tmp_path, "digits", 5) == tmp_path / "digits"


@pytest.mark.parametrize("file", ["served", "served/digits"])
def test_a_file_in_the_way_is_named(tmp_path, file):
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    with pytest.raises(NotADirectoryError, match=f"received the file {path}"):
        check_target(tmp_path / "served", "digits", None)
