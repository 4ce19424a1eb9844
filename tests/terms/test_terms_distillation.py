import numpy as np
import pytest
import tensorflow as tf
from strategies_helpers import build, digit_tasks, fit, scalars

from keras_lifelong_vae import strategies
from keras_lifelong_vae.models.replay import real_only


@pytest.fixture(scope="module")
def tasks():
    return digit_tasks(2)


def loss_of(model, task):
    images = next(iter(task.train))
    return float(model._loss(real_only(images), tf.constant([1, 2])).total)


@pytest.mark.parametrize("weight", [0.0, 3.0])
def test_the_first_task_is_learned_as_by_the_naive_model(tasks, weight):
    naive, lwf = build("naive", tasks), build("lwf", tasks, distillation_weight=weight)
    for task in tasks[: 2 if weight == 0.0 else 1]:
        fit(naive, task)
        fit(lwf, task)
    for own, others in zip(scalars(naive), scalars(lwf), strict=True):
        np.testing.assert_array_equal(own, others)


def test_right_after_a_rollover_only_the_entropy_of_the_answers_is_left(tasks):
    """Student and teacher agree, so the KL is 0 and the cross-entropy that of x_T with itself."""
    free, bound = (build("lwf", tasks, distillation_weight=weight) for weight in (0.0, 1.0))
    fit(free, tasks[0])
    fit(bound, tasks[0])
    images = next(iter(tasks[1].train))
    seed = tf.constant([1, 2])
    answer = bound.teacher.posterior(images)
    means = bound.teacher.images(bound.teacher.latent.sample(answer, seed), seed).numpy()
    means = means.astype("float64")
    entropy = -(means * np.log(means) + (1 - means) * np.log1p(-means)).sum(axis=(1, 2, 3))
    gap = loss_of(bound, tasks[1]) - loss_of(free, tasks[1])
    assert gap == pytest.approx(entropy.mean(), rel=1e-4)


def test_a_strong_weight_keeps_the_answers(tasks):
    distances = {}
    for weight in (0.0, 20.0):
        model = build("lwf", tasks, distillation_weight=weight)
        fit(model, tasks[0], epochs=3)
        new = next(iter(tasks[1].train)).numpy()
        before = model.reconstruct(new)
        fit(model, tasks[1], epochs=3)
        distances[weight] = np.abs(model.reconstruct(new) - before).mean()
    assert distances[20.0] < 0.5 * distances[0.0]


def test_a_negative_weight_is_named():
    with pytest.raises(ValueError, match="`distillation_weight`"):
        strategies.LwFVAE((8, 8, 1), distillation_weight=-1.0)
