"""Exporting the student as a SavedModel that servers load."""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from keras_lifelong_vae.autoencoder import Answers
from keras_lifelong_vae.exporting.facts import check_figures, gather, model_card
from keras_lifelong_vae.exporting.signatures import Signature, signatures
from keras_lifelong_vae.exporting.version_directory import check_target, next_version, write_version
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.variables import number_in

EXTRA = "assets.extra"  # the SavedModel format's own place for what loaders pass by
_log = logging.getLogger(__name__)


def export_saved_model(
    model: LifelongVAE,
    path: str | os.PathLike[str],
    name: str = "lifelong_vae",
    version: int | None = None,
    figures: Mapping[str, Any] | None = None,
) -> Path:
    """Writes the student to `path/name/version` as a SavedModel; the teacher stays behind.

    It appears under its number at once and whole, so that a server may poll the directory while
    it is written, and is never overwritten. Loading it takes TensorFlow, in any language, and
    nothing of this package. A model that learned nothing yet is exported, too, with a warning.

    | signature | inputs | outputs |
    |---|---|---|
    | `serving_default`, `reconstruct` | `images` | `reconstruction` |
    | `encode` | `images` | `loc`, `scale`, `category_probs`, `category` |
    | `decode` | `z_continuous`, `category` | `images` |
    | `decode_one_hot` | `z_continuous`, `category_probs` | `images` |
    | `generate` | `seed`, `category`, `task` (-1: any) | `images` |
    | `generate_from_prior` | `seed`, `category` (-1: any) | `images` |
    | `score` | `images`, `seed` | `negative_elbo` and its parts, nats per image, and `novelty`,
    `novelty_quantile`, `outside_support` |

    `generate` draws z from where the codes of the learned tasks lie, if that is known, else from
    the prior. `reconstruct_uint8`, `encode_uint8` and `score_uint8` take bytes 0 ... 255 instead;
    a model of real numbers has none of them. Without a categorical part all that is about
    categories is missing. Each row's noise comes from its own seed. A row with a value that is NaN,
    infinite or out of range, or with a category that is not active or a task that was not
    finished, gets NaN in every float output and -1 in every integer one, but an infinite `novelty`;
    the other rows are answered as ever. `assets.extra/` holds `model_card.md` and `signature.json`,
    which say the rest.

    Args:
        model: What to export.
        path: Directory of all models; made if there is none.
        name: What servers will call the model: letters, digits, `_`, `.` and `-`.
        version: A number of at least 1; 1 + the largest there is if `None`.
        figures: What was measured, by name, for the model card; anything that JSON can hold.

    Returns:
        The directory of the version.

    Raises:
        TypeError: If `model` is no `LifelongVAE` or `figures` not what JSON can hold.
        ValueError: If `name`, `version` or a figure is out of range, or `path` is the name of a
            file, such as `model.h5`.
        NotADirectoryError: If a file is in the way.
        FileExistsError: If the version is there already.
        OSError: If it can't be written, as on a full disk; nothing is left of it then.

    Example:

    ```python
    directory = klv.export_saved_model(model, "served", figures={"mean -ELBO (nats)": 252.4})
    encode = tf.saved_model.load(directory).signatures["encode"]
    codes = encode(images=tf.constant(images))
    ```
    """
    check_model(model)
    base = check_target(path, name, version)
    checked = check_figures(figures)
    if not number_in(model.finished_tasks) and not number_in(model.training_steps):
        _log.warning("The model has not been trained: its initial weights are exported.")
    known = signatures(model)
    number = next_version(base) if version is None else int(version)
    facts = gather(model, name, number, known, checked)

    def write(directory: Path) -> None:
        archive_of(model, known).write_out(str(directory), verbose=False)
        extra = directory / EXTRA
        extra.mkdir(exist_ok=True)
        text = json.dumps(facts, indent=2, allow_nan=False) + "\n"
        (extra / "signature.json").write_text(text, encoding="utf-8")
        (extra / "model_card.md").write_text(model_card(facts), encoding="utf-8")
        _write_warmup(directory, name, known)

    return write_version(base, number, write)


def check_model(model: Any) -> None:
    """Raises `TypeError` unless `model` is a `LifelongVAE`."""
    if not isinstance(model, LifelongVAE):
        raise TypeError(f"`model` must be a LifelongVAE, received {type(model).__name__}.")


def answers_of(model: LifelongVAE) -> Answers:
    """What `model` answers now, with its numbers of categories and tasks as constants."""
    active = model.active_categories if model.has_categories else None
    draw = None if model.summaries is None else model.summaries.sample
    tasks = number_in(model.summarized_tasks)
    return Answers(model.student, active, draw, tasks, model.novelty_of if tasks else None)


def archive_of(model: LifelongVAE, known: Mapping[str, Signature]) -> keras.export.ExportArchive:
    """The signatures `known`, and of the variables of `model` those that they read.

    The student itself isn't tracked: the archive would write its weights a second time, as Keras
    variables, and its seeds and temperature with them.
    """
    endpoints = answers_of(model)
    archive = keras.export.ExportArchive()
    for name, signature in known.items():
        archive.add_endpoint(name, getattr(endpoints, signature.endpoint), signature.specs())
    return archive


def _write_warmup(directory: Path, name: str, known: Mapping[str, Signature]) -> None:
    """Requests that TensorFlow Serving runs before the first real one, if it can be written."""
    try:
        from keras_lifelong_vae.exporting.warmup import write_warmup
    except ImportError as error:
        _log.info("No warm-up requests for TensorFlow Serving are written: %s.", error)
        return
    write_warmup(directory, name, {key: one.example() for key, one in known.items()})
