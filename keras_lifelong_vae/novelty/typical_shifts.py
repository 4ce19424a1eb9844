"""How the statistics of replayed images change from a teacher to its student."""

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.autoencoder import Autoencoder
from keras_lifelong_vae.novelty.statistics import image_statistics
from keras_lifelong_vae.novelty.typical_sets import TypicalSets
from keras_lifelong_vae.types import Posterior, Tensor


class TypicalShifts:
    """Collects what both say of the same images, task by task, and moves the tasks' typical sets.

    No image of an earlier task is there any more; what is replayed of it is.

    Args:
        student: What has just been trained.
        teacher: What it was before.
        stride: One of so many images is looked at; of many tasks a few images each have to do.
    """

    def __init__(self, student: Autoencoder, teacher: Autoencoder, stride: int = 1) -> None:
        self.student = student
        self.teacher = teacher
        self.stride = stride
        self._tasks: list[np.ndarray] = []
        self._before: list[np.ndarray] = []
        self._after: list[np.ndarray] = []

    def watch(self, tasks: np.ndarray, images: Tensor, before: Posterior, after: Posterior) -> None:
        """Notes the statistics of `images`, replayed of `tasks`, both `(n, ...)`."""
        some = slice(None, None, self.stride)
        before, after = (
            tf.nest.map_structure(lambda one: one[some], posterior) for posterior in (before, after)
        )
        self._tasks.append(tasks[some])
        self._before.append(_statistics(self.teacher, images[some], before))
        self._after.append(_statistics(self.student, images[some], after))

    def apply(self, typical_sets: TypicalSets) -> None:
        """Moves the typical set of each task that was seen."""
        if not self._tasks:
            return
        tasks, before, after = map(np.concatenate, (self._tasks, self._before, self._after))
        for task in np.unique(tasks):
            own = tasks == task
            typical_sets.follow(int(task), before[own], after[own])


def _statistics(autoencoder: Autoencoder, images: Tensor, posterior: Posterior) -> np.ndarray:
    """At the mode of q(z | x), so that there is no noise in them."""
    likelihood = autoencoder.likelihood
    log_prob = likelihood.log_prob(
        images, autoencoder.parameters(autoencoder.latent.mode(posterior))
    )
    return image_statistics(likelihood, images, posterior, log_prob).numpy()
