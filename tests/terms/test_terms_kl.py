"""KL to the prior: which prior, and by what it is multiplied."""

import numpy as np
import pytest
import tensorflow as tf
from model_helpers import (
    SEED,
    GaussianOnly,
    digits,
    replay_batch,
    small_model,
    step_of,
    term_of,
)

from keras_lifelong_vae import TeacherRollover
from keras_lifelong_vae.latents.divergences import categorical_kl, gaussian_kl_to_standard
from keras_lifelong_vae.replay import real_only
from keras_lifelong_vae.terms import KL


@pytest.fixture(scope="module")
def taught():
    """A model in its second task, of three categories each."""
    model = small_model(categories_per_task=3)
    model.fit(digits(0), verbose=0, callbacks=[TeacherRollover()])
    model.student.latent.categorical.active_categories.assign(6)
    return model


def expected_categorical(probs, of_present_task):
    """In numpy: the task's prior for real images, the uniform one for replayed ones."""
    uniform = np.full(6, 1 / 6)
    others = 1e-3  # which the documentation promises
    task = np.full(6, others / 6) + np.repeat([0, (1 - others) / 3], 3)
    prior = np.where(of_present_task[:, None], task, uniform)
    return np.sum(probs * np.log(probs / prior), axis=1)


@pytest.mark.parametrize(
    ("category_prior", "knows_task"), [(None, True), ("task", True), ("uniform", False)]
)
def test_real_images_know_their_task_if_the_prior_does(taught, category_prior, knows_task):
    term = KL(category_prior=category_prior)
    term.build(taught)
    batch = replay_batch(taught, digits(1, 8))
    step = step_of(taught, batch)
    kls = term.value(step)
    assert list(kls) == term.names(taught) == ["kl_gaussian", "kl_categorical"]
    probs = tf.nn.softmax(step.posterior.logits).numpy()[:, :6].astype("float64")
    expected = expected_categorical(probs, (batch.replayed.numpy() == 0) & knows_task)
    np.testing.assert_allclose(kls["kl_categorical"], expected, rtol=1e-3)
    gaussian = gaussian_kl_to_standard(step.posterior.gaussian)
    np.testing.assert_allclose(kls["kl_gaussian"], gaussian, rtol=1e-6)


def test_without_replay_no_image_knows_its_task_unless_it_is_told():
    for prior, expected in ((None, False), ("task", True)):
        model = small_model(replay=None, categories_per_task=2, terms=[KL(category_prior=prior)])
        model.student.latent.categorical.active_categories.assign(4)
        step = step_of(model, real_only(tf.constant(digits(0, 5))))
        uniform = categorical_kl(
            step.posterior.logits, model.student.latent.categorical.prior_logits()
        )
        found = term_of(model, KL).value(step)["kl_categorical"]
        assert np.allclose(found, uniform) != expected


def test_its_weight_scales_it_in_training_and_not_in_evaluation():
    images = tf.constant(digits(0, 32))
    losses = {}
    for weight in (0.0, 0.5, 1.0):
        model = small_model(replay=None, categories_per_task=3, terms=[KL(weight)])
        model.student.latent.categorical.projection.bias.assign([2.0, 0.0, -1.0] + [0.0] * 45)
        step = step_of(model, real_only(images))
        losses[weight] = float(model.batch_loss(step)[0])
        parts = [np.mean(one) for one in term_of(model, KL).value(step).values()]
        assert min(parts) > 0.1  # of both heads
        kl = np.sum(parts)
    assert losses[1.0] - losses[0.0] == pytest.approx(kl, rel=1e-3)
    assert losses[1.0] - losses[0.5] == pytest.approx(0.5 * kl, rel=1e-3)


def test_with_weight_0_it_is_logged_as_0():
    model = small_model(replay=None, terms=[KL(0.0)])
    _, logs = model.batch_loss(step_of(model, real_only(tf.constant(digits(0, 4)))))
    assert (float(logs["kl_gaussian"]), float(logs["kl_categorical"])) == (0.0, 0.0)


def test_its_gradient_pulls_the_posterior_towards_the_prior():
    model = small_model(replay=None, latent=GaussianOnly())
    bias = model.student.latent.blocks["gaussian"].projection.bias
    bias.assign(np.repeat([3.0, 0.0], 4))
    with tf.GradientTape() as tape:
        step = step_of(model, real_only(tf.constant(digits(0, 20))), SEED)
        loss = tf.reduce_mean(term_of(model, KL).value(step)["kl_gaussian"])
    assert np.all(tape.gradient(loss, bias.value).numpy()[:4] > 0)


def test_names_of_priors_are_checked():
    with pytest.raises(ValueError, match="`category_prior` must be one of task, uniform"):
        KL(category_prior="all")
