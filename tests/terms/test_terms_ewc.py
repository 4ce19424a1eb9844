import numpy as np
import pytest
import tensorflow as tf
from strategies_helpers import build, digit_tasks, fit, scalars

from keras_lifelong_vae import strategies
from keras_lifelong_vae.models.replay import real_only
from keras_lifelong_vae.strategies.weight_pairs import weight_pairs


@pytest.fixture(scope="module")
def tasks():
    return digit_tasks(2)


def loss_of(model, task):
    images = next(iter(task.train))
    return float(model._loss(real_only(images), tf.constant([1, 2])).total)


def test_without_strength_it_is_the_naive_model_to_the_bit(tasks):
    naive, ewc = build("naive", tasks), build("ewc", tasks, strength=0.0)
    for task in tasks:
        fit(naive, task)
        fit(ewc, task)
    for own, others in zip(scalars(naive), scalars(ewc), strict=True):
        np.testing.assert_array_equal(own, others)


def test_the_first_task_is_learned_as_by_the_naive_model(tasks):
    naive, ewc = build("naive", tasks), build("ewc", tasks, strength=1e4)
    for one in (naive, ewc):
        fit(one, tasks[0])
    for own, others in zip(scalars(naive), scalars(ewc), strict=True):
        np.testing.assert_array_equal(own, others)


def test_the_penalty_is_half_the_weighted_squared_distance(tasks):
    held, free = build("ewc", tasks, strength=7.0), build("ewc", tasks, strength=0.0)
    for one in (held, free):
        fit(one, tasks[0])
        for own, _ in weight_pairs(one):
            own.assign_add(tf.fill(own.shape, 0.01))
    fisher = np.concatenate([value.numpy().ravel() for value in held.fisher.values])
    assert fisher.min() >= 0 < fisher.max()
    expected = 0.5 * 7.0 * fisher.sum(dtype="float64") * 0.01**2
    gap = loss_of(held, tasks[1]) - loss_of(free, tasks[1])
    assert gap == pytest.approx(expected, rel=0.02, abs=2e-5)


def test_the_fisher_information_of_tasks_is_summed_and_the_images_are_dropped(tasks):
    model = build("ewc", tasks, strength=0.0, fisher_images=20)
    fit(model, tasks[0])
    first = [value.numpy() for value in model.fisher.values]
    assert not model.recent_images.rows.numpy().any()
    fit(model, tasks[1])
    assert int(model.recent_images.count) == 0
    for value, one in zip(model.fisher.values, first, strict=True):
        assert (value.numpy() >= one).all()
    assert any(
        (value.numpy() > one).any() for value, one in zip(model.fisher.values, first, strict=True)
    )


def test_a_strong_penalty_holds_the_weights_that_matter(tasks):
    moved = {}
    for strength in (0.0, 1e5):
        model = build("ewc", tasks, strength=strength)
        fit(model, tasks[0], epochs=3)
        before = scalars(model)
        importance = [value.numpy() for value in model.fisher.values]
        fit(model, tasks[1], epochs=3)
        own = [own.numpy() for own, _ in weight_pairs(model)]
        pairs = zip(before, model.student.weights, strict=True)
        order = [one for one, weight in pairs if weight.trainable]
        moved[strength] = sum(
            (f * (a - b) ** 2).sum() for f, a, b in zip(importance, own, order, strict=True)
        )
    assert moved[1e5] < 0.1 * moved[0.0]


@pytest.mark.parametrize(
    ("options", "message"),
    [({"strength": -1.0}, "`strength`"), ({"fisher_images": 0}, "`fisher_images`")],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        strategies.EWCVAE((8, 8, 1), **options)
