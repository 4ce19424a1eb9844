"""Metrics: pure functions of arrays; they know neither the model nor the data.

Arguments that are not as described raise `ValueError`: of another shape, not finite, out of range.

- Of the matrix R, R[i, j] = score after task i on task j's test set: `mean_final`, `forgetting`,
  `backward_transfer`, `forward_transfer`; of scores of several runs: `retention`.
- Of a classifier's features of real and generated images: `frechet_distance`.
- Of integer labels: `purity`, `mutual_information`, `agreement`, `class_shares`, `evenness`.
"""

from keras_lifelong_vae.metrics.frechet import frechet_distance
from keras_lifelong_vae.metrics.labels import (
    agreement,
    class_shares,
    evenness,
    mutual_information,
    purity,
)
from keras_lifelong_vae.metrics.matrix import (
    backward_transfer,
    forgetting,
    forward_transfer,
    mean_final,
    retention,
)

__all__ = [
    "agreement",
    "backward_transfer",
    "class_shares",
    "evenness",
    "forgetting",
    "forward_transfer",
    "frechet_distance",
    "mean_final",
    "mutual_information",
    "purity",
    "retention",
]
