"""What is to be known of an exported model: the content of `signature.json`."""

import json
import math
from collections.abc import Mapping
from importlib.metadata import version as version_of
from typing import Any

from keras_lifelong_vae.autoencoder.validity import RULE
from keras_lifelong_vae.exporting.commit import git_commit
from keras_lifelong_vae.exporting.signatures import Signature
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.version import __version__

PACKAGES = ("tensorflow", "keras", "tensorflow-probability", "numpy")


def check_figures(figures: Any) -> dict[str, Any]:
    """`figures` as a dictionary that JSON can hold.

    Raises:
        TypeError: If it is no mapping of names to what JSON can hold.
        ValueError: If a figure is NaN or infinite.
    """
    if figures is None:
        return {}
    if not isinstance(figures, Mapping):
        raise TypeError(f"`figures` must be a mapping, received {type(figures).__name__}.")
    try:
        json.dumps(dict(figures), allow_nan=False)
    except TypeError as error:
        raise TypeError(f"`figures` must hold what JSON can hold, received: {error}.") from error
    except ValueError as error:
        raise ValueError(f"`figures` must be finite numbers, received {figures!r}.") from error
    return dict(figures)


def gather(
    model: LifelongVAE,
    name: str,
    version: int,
    signatures: Mapping[str, Signature],
    figures: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything that the model card and `signature.json` say, as JSON holds it."""
    finished = int(model.finished_tasks)
    return {
        "name": name,
        "version": version,
        "event_shape": list(model.event_shape),
        "tasks_learned": finished,
        "task_in_progress": int(model.training_steps) > int(model.steps_at_rollover),
        "latent_dim": model.latent_dim,
        "active_categories": model.active_categories if model.has_categories else 0,
        "generates_from": model.default_prior,
        "likelihood": type(model.likelihood).__name__,
        "support": str(model.likelihood.support),
        "parameters": sum(math.prod(weight.shape) for weight in model.student.learned_weights),
        "figures": dict(figures),
        "versions": {
            "keras-lifelong-vae": __version__,
            **{package: version_of(package) for package in PACKAGES},
        },
        "git_commit": git_commit(),
        "bad_rows": RULE,
        "signatures": {name: signature.as_json() for name, signature in signatures.items()},
    }
