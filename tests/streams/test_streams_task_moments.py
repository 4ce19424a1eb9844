"""A task that comes back is known again by its images' mean and covariance."""

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.streams import TaskMoments
from keras_lifelong_vae.streams.batch_test import moments_of

RATE = np.log(1e-5)


def images_of(task, number, seed=0):
    return tf.constant(np.random.default_rng([task, seed]).normal(4 * task, 1, (number, 3)))


def three_tasks():
    kept = TaskMoments(4, 3)
    for task in range(3):
        kept.keep(task, moments_of(images_of(task, 500)))
    return kept


def test_a_task_is_found_by_other_images_of_its_own():
    kept = three_tasks()
    for task in range(3):
        assert kept.find(images_of(task, 100, seed=1), RATE) == task
    assert kept.find(images_of(7, 100), RATE) is None
    assert TaskMoments(4, 3).find(images_of(0, 100), RATE) is None


def test_what_is_kept_is_what_was_given_also_with_more_room():
    kept = three_tasks()
    kept.grow(8)
    assert kept.kept.counts.shape == (8,)
    for task in range(3):
        for found, given in zip(kept.of(task), moments_of(images_of(task, 500)), strict=True):
            np.testing.assert_allclose(found, given, rtol=1e-6)
    assert float(kept.of(5).count) == 0
