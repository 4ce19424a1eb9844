"""How the statistics of replayed images change from a teacher to its student."""

from operator import itemgetter
from typing import Any

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.autoencoder import Autoencoder
from keras_lifelong_vae.novelty.statistics import image_statistics
from keras_lifelong_vae.novelty.typical_sets import TypicalSets
from keras_lifelong_vae.types import Posterior, Tensor

IMAGES_AT_ONCE = 1024


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
        self._seen: list[tuple[Any, ...]] = []

    def watch(self, tasks: np.ndarray, images: Tensor, before: Posterior, after: Posterior) -> None:
        """Notes `images`, replayed of `tasks`, both `(n, ...)`, and q(z | x) of both."""
        seen = (tasks, images, before, after)
        self._seen.append(tf.nest.map_structure(lambda one: one[:: self.stride], seen))

    def apply(self, typical_sets: TypicalSets) -> None:
        """Moves the typical set of each task that was seen."""
        if not self._seen:
            return
        tasks, images, before, after = tf.nest.map_structure(
            lambda *parts: tf.concat(parts, axis=0), *self._seen
        )
        typical_sets.follow(
            tasks.numpy(),
            _statistics(self.teacher, images, before),
            _statistics(self.student, images, after),
        )


def _statistics(autoencoder: Autoencoder, images: Tensor, posterior: Posterior) -> np.ndarray:
    found = []
    for begin in range(0, len(images), IMAGES_AT_ONCE):
        some = itemgetter(slice(begin, begin + IMAGES_AT_ONCE))
        found.append(_at_mode(autoencoder, *tf.nest.map_structure(some, (images, posterior))))
    return np.concatenate(found)


def _at_mode(autoencoder: Autoencoder, images: Tensor, posterior: Posterior) -> np.ndarray:
    """At the mode of q(z | x), so that there is no noise in them."""
    likelihood = autoencoder.likelihood
    log_prob = likelihood.log_prob(
        images, autoencoder.parameters(autoencoder.latent.mode(posterior))
    )
    return image_statistics(likelihood, images, posterior, log_prob).numpy()
