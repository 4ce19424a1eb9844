"""A replayed mean stands for what the teacher would draw around it."""

import numpy as np
import pytest
import tensorflow as tf
from model_helpers import digits, replay_batch, small_model, step_of

import keras_lifelong_vae as klv
from keras_lifelong_vae import noise
from keras_lifelong_vae.terms import Reconstruction
from keras_lifelong_vae.terms.step import OF_PIXELS

SCALED = ("gaussian", "discretized_logistic")


def taught(likelihood, **changes):
    """A student that is its teacher still, but for its scale."""
    model = small_model(likelihood=likelihood, replay=klv.Replay(**changes))
    model.fit(digits(0), epochs=5, verbose=0, callbacks=[klv.TeacherRollover()])
    model.fit(digits(1)[:1], epochs=1, verbose=0)  # so that a second task has begun
    model.student.copy_weights_from(model.teacher)
    model.student.latent.categorical.active_categories.assign(2)
    return model


def drawn_by(likelihood, parameters, seed):
    """x ~ p(x | z), not cut off at the limits of the support."""
    if isinstance(likelihood, klv.likelihoods.Gaussian):
        return likelihood.distribution(parameters).sample(seed=seed)
    return likelihood.sample(parameters, seed)


@pytest.mark.parametrize("likelihood", ["bernoulli", *SCALED])
@pytest.mark.parametrize("mode", ["on_top", "in_batch"])
def test_its_log_prob_is_the_expectation_over_what_the_teacher_draws(likelihood, mode):
    model = taught(likelihood, mode=mode)
    if likelihood in SCALED:
        model.likelihood.log_scale.assign_sub([0.5])
    batch = replay_batch(model, digits(1, 8))
    draws = 100 if likelihood == "discretized_logistic" else 1  # the others know it exactly
    found = [
        step_of(model, batch, tf.constant([seed, 0])).log_prob.numpy() for seed in range(draws)
    ]
    step, begin = step_of(model, batch), int(batch.replay_begin)
    teachers = model.teacher.parameters(batch.code)
    of_replay = []
    for seed in range(100):
        drawn = drawn_by(model.teacher.likelihood, teachers, tf.constant([7, seed]))
        scored = tf.concat([batch.images[:begin], drawn], axis=0)
        of_replay.append(model.likelihood.log_prob(scored, step.parameters).numpy())
    is_replayed = batch.replayed.numpy() == 1
    scatter = np.std(of_replay, axis=0) / np.sqrt(100)
    apart = np.abs(np.mean(found, axis=0) - np.mean(of_replay, axis=0))[is_replayed]
    assert np.all(apart < 6 * scatter[is_replayed] + 1e-3)
    expected = model.likelihood.log_prob(batch.images, step.parameters).numpy()
    np.testing.assert_allclose(found[0][~is_replayed], expected[~is_replayed], rtol=1e-5)


def test_the_noise_of_pixels_is_not_that_of_z():
    seed = tf.constant([3, 4])
    of_z = [tuple(one.numpy()) for number in (2, 3) for one in noise.split(seed, number)]
    assert tuple(tf.random.fold_in(seed, OF_PIXELS).numpy()) not in of_z


@pytest.mark.parametrize("likelihood", SCALED)
def test_a_student_at_its_teacher_keeps_the_scale(likelihood):
    """With means alone a replay would teach a scale of next to nothing."""
    model = taught(likelihood)
    slopes = []
    for change in (-0.3, 0.0, 0.3):
        model.likelihood.log_scale.assign(model.teacher.likelihood.log_scale + change)
        of_step = []
        for seed in range(10):
            batch = replay_batch(model, digits(1, 8))
            with tf.GradientTape() as tape:
                step = step_of(model, batch, tf.constant([seed, 0]))
                loss = tf.reduce_sum(batch.replayed * Reconstruction().value(step))
            of_step.append(tape.gradient(loss, model.likelihood.log_scale).numpy()[0])
        slopes.append(np.mean(of_step) / float(tf.reduce_sum(batch.replayed)) / 64)  # nats a pixel
    low, at, high = slopes
    assert low < -0.1
    assert high > 0.1
    assert abs(at) < 0.05
