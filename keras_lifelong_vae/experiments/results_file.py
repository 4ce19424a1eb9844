"""What `results.json` may hold, checked row by row, so that no damage is carried on or hidden."""

import math
import operator
from pathlib import Path
from typing import Any

import numpy as np

from keras_lifelong_vae.experiments.json_file import (
    amount,
    anything,
    flag,
    integer,
    mapping,
    natural,
    number,
    optional,
    positive,
    read_json,
    record,
    sequence,
    share,
    text,
)

FIGURE = optional(number)  # NaN where a run has diverged
MEASUREMENT = {
    **dict.fromkeys(("purity", "agreement"), optional(share)),
    **dict.fromkeys(("mutual_information", "frechet_distance", "frechet_distance_prior"), FIGURE),
    **dict.fromkeys(("task_shares", "category_task_shares"), optional(sequence(share))),
    "generated_from": optional(text),
}
EPOCH = {"images": amount, "negative_elbo": number}
WEIGHTED = {"bound": number, "samples": natural, "images": natural}
UNDER_PRIOR = {"negative_elbo": number, "bound": number, "bytes": natural}
LEARNED_PRIOR = {
    **UNDER_PRIOR,
    "frechet_distance": FIGURE,
    "task_shares": optional(sequence(share)),
}
ACCURACY = dict.fromkeys(("category", "likelihood", "generated"), share)
NEEDED = {
    **dict.fromkeys(("sequence", "strategy"), text),
    "seed": integer,
    "epochs": positive,
    **dict.fromkeys(("tasks", "stages"), sequence(text)),
    "test_sizes": sequence(positive),
    "config": mapping(anything),
}
RULES = {
    **NEEDED,
    **dict.fromkeys(("keeps", "date"), text),
    "negative_elbo": sequence(sequence(number)),
    "mean_negative_elbo": FIGURE,
    "measurements": sequence(record(MEASUREMENT)),
    "history": sequence(record(EPOCH, EPOCH)),
    "importance_weighted": optional(record(WEIGHTED, WEIGHTED)),
    "accuracy": optional(record(ACCURACY, ACCURACY)),
    "learned_prior": optional(record(LEARNED_PRIOR, UNDER_PRIOR)),
    "training_images": natural,
    **dict.fromkeys(("train_seconds", "images_per_second", "peak_rss_mb"), amount),
    "parameters": optional(natural),
    "versions": mapping(text),
    "finished": flag,
}


def read(path: Path) -> dict[str, Any]:
    """The content of the file, checked whole.

    Raises:
        ValueError: If a key, a type, a length or a number is not what a run writes; it names the
            file and the key.
    """
    return read_json(path, RULES, NEEDED, _check_whole)


def _check_whole(content: dict[str, Any]) -> None:
    _check_lengths(content)
    mean, rows = content.get("mean_negative_elbo"), content.get("negative_elbo", [])
    sizes, expected = content["test_sizes"], None
    if content.get("finished", False):
        expected = sum(map(operator.mul, rows[-1], sizes)) / sum(sizes)
    alike = mean is not None and expected is not None and np.isclose(mean, expected, equal_nan=True)
    if mean is not expected and not alike:
        raise ValueError(
            "`mean_negative_elbo` must be the mean of the last row of `negative_elbo`, weighted by "
            f"`test_sizes`, if `finished` and null if not, {expected}, received {mean}"
        )


def _check_lengths(content: dict[str, Any]) -> None:
    tasks, stages = len(content["tasks"]), len(content["stages"])
    rows = content.get("negative_elbo", [])
    _check_length("test_sizes", len(content["test_sizes"]), "as many values as tasks", tasks)
    for i, row in enumerate(rows):
        _check_length(f"negative_elbo[{i}]", len(row), "as many values as tasks", tasks)
    measurements = content.get("measurements", [])
    _check_length("measurements", len(measurements), "as many values as rows", len(rows))
    for i, figures in enumerate(measurements):
        shares = figures.get("task_shares")
        if shares is not None:
            key = f"measurements[{i}].task_shares"
            _check_length(key, len(shares), "as many values as tasks", tasks)
            if not math.isclose(sum(shares), 1, abs_tol=1e-6):
                raise ValueError(f"`{key}` must sum to 1, received {sum(shares)}")
    finished = content.get("finished", False)
    if tasks == 0 or len(rows) > stages or finished != (len(rows) == stages):
        raise ValueError(
            f"`negative_elbo` must have a row for each of {stages} stages if `finished` and fewer "
            f"if not, received {len(rows)} and {finished}"
        )


def _check_length(key: str, received: int, what: str, wanted: int) -> None:
    if received != wanted:
        raise ValueError(f"`{key}` must have {what}, {wanted}, received {received}")
