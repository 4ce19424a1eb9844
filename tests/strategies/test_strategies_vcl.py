import numpy as np
import pytest
import tensorflow as tf
from strategies_helpers import build, digit_tasks, fit

from keras_lifelong_vae import strategies
from keras_lifelong_vae.replay import real_only
from keras_lifelong_vae.terms import Step
from keras_lifelong_vae.terms.ewc import weight_pairs


@pytest.fixture(scope="module")
def tasks():
    return digit_tasks(2)


def loss_of(model, task, seed=(1, 2)):
    images = next(iter(task.train))
    return float(model.batch_loss(Step(real_only(images), model.student, tf.constant(seed)))[0])


def test_the_first_prior_is_a_standard_normal(tasks):
    """Against KL(N(m, s^2) || N(0, 1)) = (m^2 + s^2 - 1) / 2 - log s, written out."""
    scale = 0.1
    model = build("vcl", tasks, initial_scale=scale)
    locs = np.concatenate([own.numpy().ravel() for own, _ in weight_pairs(model)]).astype("float64")
    expected = ((locs**2 + scale**2 - 1) / 2 - np.log(scale)).sum()
    assert float(model._divergence_of_weights()) == pytest.approx(expected, rel=1e-5)


def test_the_posterior_of_a_task_is_the_prior_of_the_next(tasks):
    model = build("vcl", tasks)
    fit(model, tasks[0])
    assert float(model._divergence_of_weights()) == pytest.approx(0.0, abs=1e-3)
    first, _ = weight_pairs(model)[0]
    first.assign_add(tf.fill(first.shape, 0.02))
    variance = np.exp(model.prior_log_vars.values[0].numpy().astype("float64"))
    expected = (0.02**2 / (2 * variance)).sum()
    assert float(model._divergence_of_weights()) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("own", [-1e4, -60.0, 60.0, 1e4])
def test_a_posterior_over_weights_is_finite_at_any_scale(tasks, own):
    model = build("vcl", tasks)
    for before in (-1e4, 0.0, 1e4):
        for weights, log_var in ((model.log_vars, own), (model.prior_log_vars, before)):
            weights.assign([np.full(one.shape, log_var) for one in weights.values])
        with tf.GradientTape() as tape:
            divergence = model._divergence_of_weights()
        drawn = [new for _, new in model._draw_weights(tf.constant([1, 2]))]
        gradients = tape.gradient(divergence, [one.value for one in model.log_vars.values])
        assert all(np.isfinite(one).all() for one in (divergence, *drawn, *gradients))


def test_the_divergence_is_shared_by_the_images_of_a_task(tasks):
    few = build("vcl", tasks, images_per_task=100)
    many = build("vcl", tasks, images_per_task=1000)
    tempered = build("vcl", tasks, images_per_task=100, weight_kl=0.1)
    divergence = float(few._divergence_of_weights())
    gap = loss_of(few, tasks[0]) - loss_of(many, tasks[0])
    assert gap == pytest.approx(divergence * (1 / 100 - 1 / 1000), rel=1e-4)
    assert loss_of(tempered, tasks[0]) == pytest.approx(loss_of(many, tasks[0]), rel=1e-5)


def test_weights_are_drawn_in_training_and_their_means_used_afterwards(tasks):
    model = build("vcl", tasks, initial_scale=0.3, weight_kl=0.0)
    quiet = build("vcl", tasks, initial_scale=1e-6, weight_kl=0.0)
    naive = build("naive", tasks)
    assert loss_of(quiet, tasks[0]) == pytest.approx(loss_of(naive, tasks[0]), rel=1e-4)
    assert abs(loss_of(model, tasks[0]) - loss_of(naive, tasks[0])) > 1.0
    images = next(iter(tasks[0].test))
    np.testing.assert_array_equal(model.reconstruct(images), naive.reconstruct(images))


def test_means_and_scales_learn(tasks):
    model = build("vcl", tasks)
    first = model.log_vars.values[0]
    before = first.numpy()
    fit(model, tasks[0])
    assert (first.numpy() != before).any()
    assert len(model.trainable_variables) == 2 * len(weight_pairs(model))


def test_images_per_task_is_the_mean_of_the_tasks(tasks):
    expected = sum(task.num_train for task in tasks) // 2
    assert build("vcl", tasks).images_per_task == expected


@pytest.mark.parametrize(
    "options",
    [{"images_per_task": 0}, {"initial_scale": 0.0}, {"weight_kl": -1.0}],
    ids=lambda options: next(iter(options)),
)
def test_bad_options_are_named(options):
    with pytest.raises(ValueError, match=f"`{next(iter(options))}`"):
        strategies.VCLVAE((8, 8, 1), **{"images_per_task": 10, **options})
