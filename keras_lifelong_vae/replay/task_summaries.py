"""What is known of every finished task when one more ends."""

from collections.abc import Callable
from typing import Any

import numpy as np

from keras_lifelong_vae.autoencoder import Autoencoder
from keras_lifelong_vae.replay.aggregate_posterior import AggregatePosterior
from keras_lifelong_vae.replay.recent_codes import RecentCodes
from keras_lifelong_vae.types import Posterior, Tensor

Watch = Callable[[np.ndarray, Tensor, Posterior, Posterior], Any]
GAUSSIANS_AT_ONCE = 64


def summarize_tasks(
    summaries: AggregatePosterior,
    recent_codes: RecentCodes,
    student: Autoencoder,
    teacher: Autoencoder,
    finished_tasks: int,
    num_components: int,
    watch: Watch = lambda *_: None,
    is_new: bool = True,
) -> None:
    """Refreshes the summaries of the earlier tasks and makes that of the one that ends.

    The student may encode an earlier task otherwise than its teacher did, so a few images of each
    Gaussian are shown to both, and it follows. The codes of the task that ends are dropped once
    summarised.

    Args:
        summaries: Of the `finished_tasks` earlier tasks; one is added.
        recent_codes: Of the task that ends.
        student: What has just been trained.
        teacher: What it was before.
        finished_tasks: Number of earlier tasks.
        num_components: Gaussians for each of all these tasks.
        watch: Called with what both were shown: the task of each image, the images, and q(z | x) of
            teacher and student.
        is_new: Whether the task that ends is none of the earlier ones.
    """
    summaries.merge(num_components)
    rows = summaries.rows_in_use()
    for begin in range(0, len(rows), GAUSSIANS_AT_ONCE):
        some = rows[begin : begin + GAUSSIANS_AT_ONCE]
        shown = teacher.mean(summaries.cubature(some, finished_tasks))
        before, after = teacher.posterior(shown), student.posterior(shown)
        summaries.follow(some, before, after)
        tasks = np.repeat(some // summaries.num_components, len(shown) // len(some))
        watch(tasks, shown, before, after)
    if is_new:
        codes = recent_codes.collect()
        summaries.summarize(finished_tasks, codes.continuous, codes.category_probs, num_components)
    recent_codes.forget()
