"""All that touches TensorFlow Datasets, which is imported when it is first needed."""

import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np

from keras_lifelong_vae.data.spec import Arrays, TfdsSpec, in_order, verify


def location(spec: TfdsSpec, data_dir: Path | None) -> Path:
    """The directory in which TFDS keeps the data set, whether or not it is there yet."""
    return Path(_builder(spec, data_dir).data_dir)


def root(data_dir: Path | None) -> Path:
    """Where TFDS keeps its data sets: `data_dir`, or its own default if `None`."""
    if data_dir is not None:
        return data_dir
    return Path(_tfds().core.constants.DATA_DIR).expanduser()


def is_prepared(directory: Path) -> bool:
    """Whether `directory` holds a data set that TFDS finished preparing."""
    return (directory / "dataset_info.json").is_file()


def read(spec: TfdsSpec, data_dir: Path | None) -> Arrays:
    """The verified arrays in their fixed order; `ValueError` if they are damaged or other ones."""
    import tensorflow as tf

    builder = _builder(spec, data_dir)
    origin = f"TFDS data in {builder.data_dir}"
    try:
        splits = _tfds().as_numpy(builder.as_dataset(split=["train", "test"], batch_size=-1))
    except (tf.errors.OpError, OSError) as error:
        raise ValueError(f"{origin} can't be read: {error}") from error
    arrays = in_order(Arrays(*(part[key] for part in splits for key in ("image", "label"))))
    verify(arrays, spec, origin)
    return arrays


def store(spec: TfdsSpec, arrays: Arrays, data_dir: Path, origin: str) -> None:
    """Stores arrays in the order of the published files the way TFDS's own builder would have."""
    tfds, builder = _tfds(), _builder(spec, data_dir)
    numbered = "id" in builder.info.features  # as SVHN's are
    splits = {
        name: _examples(images, labels, name if numbered else None)
        for name, images, labels in (("train", *arrays[:2]), ("test", *arrays[2:]))
    }
    with redirect_stdout(sys.stderr):
        tfds.dataset_builders.store_as_tfds_dataset(
            name=builder.name,
            version=builder.version,
            features=builder.info.features,
            split_datasets=splits,
            data_dir=data_dir,
            description=f"{builder.info.description} Stored from: {origin}.",
            homepage=builder.info.homepage,
            citation=builder.info.citation,
            download_config=tfds.download.DownloadConfig(try_download_gcs=False),
        )


def download(spec: TfdsSpec, data_dir: Path) -> None:
    """Lets TFDS download and prepare the data set in `data_dir`."""
    config = _tfds().download.DownloadConfig(try_download_gcs=False)
    with redirect_stdout(sys.stderr):
        _builder(spec, data_dir).download_and_prepare(download_config=config)


def _tfds() -> Any:
    import tensorflow_datasets

    return tensorflow_datasets


def _builder(spec: TfdsSpec, data_dir: Path | None) -> Any:
    return _tfds().builder(spec.name, data_dir=data_dir)


def _examples(
    images: np.ndarray, labels: np.ndarray, prefix: str | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The examples by number; with `prefix` each has an `id`."""
    for index, (image, label) in enumerate(zip(images, labels, strict=True)):
        example = {"image": image, "label": int(label)}
        yield index, example if prefix is None else {**example, "id": f"{prefix}_{index:06d}"}
