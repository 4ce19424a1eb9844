"""Exporting encoder and decoder as LiteRT files, for phones and small devices."""

import os
import tempfile
from functools import partial
from pathlib import Path

import keras
import tensorflow as tf

from keras_lifelong_vae.exporting.saved_model import archive_of, check_model
from keras_lifelong_vae.exporting.signatures import signatures
from keras_lifelong_vae.exporting.version_directory import check_directory, naming
from keras_lifelong_vae.files import write_atomically
from keras_lifelong_vae.lifelong_vae import LifelongVAE

FILES = {name: f"{name}.tflite" for name in ("encode", "decode")}


def export_litert(model: LifelongVAE, path: str | os.PathLike[str]) -> dict[str, Path]:
    """Writes `encode.tflite` and `decode.tflite` to the directory `path`.

    Each holds the signature of its name, with the inputs and outputs that it has in
    `export_saved_model`, bad rows included, and needs the built-in operations only. Files that
    exist are replaced, each at once.

    Args:
        model: What to export; its networks compute in float32.
        path: Directory; made if there is none.

    Returns:
        Signature to file.

    Raises:
        TypeError: If `model` is no `LifelongVAE`.
        ValueError: If a network of it computes in half precision, which LiteRT can't convert, or
            `path` is the name of a file.
        OSError: If a file can't be written, as on a full disk.

    Example:

    ```python
    files = klv.exporting.export_litert(model, "device")
    encode = Interpreter(str(files["encode"])).get_signature_runner("encode")  # ai_edge_litert
    codes = encode(images=images)
    ```

    Reference: LiteRT, https://ai.google.dev/edge/litert.
    """
    check_model(model)
    _check_precision(model)
    directory = check_directory(path, f"to which {' and '.join(FILES.values())} are written")
    files = {name: directory / file for name, file in FILES.items()}
    with naming(directory):
        directory.mkdir(parents=True, exist_ok=True)
        converted = _convert(model)
        for name, file in files.items():
            write_atomically(file, partial(Path.write_bytes, data=converted[name]))
    return files


def _convert(model: LifelongVAE) -> dict[str, bytes]:
    """The content of each file, before any is written."""
    known = signatures(model)
    with tempfile.TemporaryDirectory() as saved_model:
        archive = archive_of(model, {name: known[name] for name in FILES})
        archive.write_out(saved_model, verbose=False)
        converter = partial(tf.lite.TFLiteConverter.from_saved_model, saved_model)
        return {name: converter(signature_keys=[name]).convert() for name in FILES}


def _check_precision(model: LifelongVAE) -> None:
    for network in (model.student.encoder, model.student.decoder):
        for layer in network._flatten_layers():
            if isinstance(layer, keras.layers.Layer) and layer.compute_dtype != "float32":
                raise ValueError(
                    f"`model` must compute in float32, received the layer {layer.name!r} with "
                    f"{layer.dtype_policy.name}. Save the model and load it under the float32 "
                    "policy; networks that you passed in are built under it anew."
                )
