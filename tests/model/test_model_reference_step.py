"""The training step against a slow one, written out from the formulas, on the same seeds."""

import numpy as np
import pytest
import tensorflow as tf
from model_helpers import digits, slow, small_model

from keras_lifelong_vae import noise

BATCH, RATIO, RATE = 12, 2, 1e-2
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7  # of Keras's Adam
OTHERS, INACTIVE = 1e-3, -1e9


def gaussian_kl(loc, log_var, other_loc=0.0, other_log_var=0.0):
    ratio = tf.exp(log_var - other_log_var)
    squares = tf.square(loc - other_loc) * tf.exp(-tf.zeros_like(loc) - other_log_var)
    return 0.5 * tf.reduce_sum(ratio + squares - 1.0 - log_var + other_log_var, axis=1)


def categorical_kl(logits, others):
    own, other = tf.nn.log_softmax(logits), tf.nn.log_softmax(others)
    return tf.reduce_sum(tf.exp(own) * (own - other), axis=1)


def cross_entropy(images, vae, code):
    logits = vae.decoder(vae.read_in(code))
    each = tf.nn.softplus(logits) - images * logits
    return tf.reduce_sum(each, axis=[1, 2, 3])


def surprise(logits, wanted):
    probs = tf.nn.softmax(logits)
    return -tf.math.log(tf.reduce_sum(tf.where(wanted, probs, 0.0), axis=1))


def loss_of(model, real, seed, replays):
    """Nats per image of the whole batch, real and replayed images one after the other."""
    student, teacher = model.student, model.teacher
    active = int(replays) + 1
    replay_seed, noise_seed = tf.unstack(tf.random.split(seed, 2))
    every = real
    if replays:
        code = model.aggregate_posterior.sample(RATIO * BATCH, noise.split(replay_seed, 2)[0])
        shown = tf.sigmoid(teacher.decoder(teacher.read_in(code)))
        every = tf.concat([every, shown], axis=0)
    student.latent.begin_step(model.present_task, model.finished_tasks, model.training_steps)
    (loc, log_var), logits = student.latent.posterior(student.encoder(every))
    drawn = student.latent.sample(student.posterior(every), noise_seed, training=True)
    own = tf.range(student.latent.capacity) == active - 1
    task_prior = tf.math.log(OTHERS / active + tf.where(own, 1.0 - OTHERS, 0.0))
    is_active = tf.range(student.latent.capacity) < active
    task_prior = tf.where(is_active, task_prior, INACTIVE)
    first = tf.nest.map_structure(lambda part: part[:BATCH], drawn)
    losses = cross_entropy(every[:BATCH], student, first)
    losses += gaussian_kl(loc[:BATCH], log_var[:BATCH])
    losses += categorical_kl(logits[:BATCH], task_prior) + surprise(logits[:BATCH], own)
    if not replays:
        return tf.reduce_mean(losses)
    later = tf.nest.map_structure(lambda part: part[BATCH:], drawn)
    uniform = tf.where(is_active, 0.0, INACTIVE)
    (old_loc, old_log_var), old_logits = teacher.latent.posterior(teacher.encoder(shown))
    again = cross_entropy(shown, student, code) + cross_entropy(shown, teacher, later)
    again += gaussian_kl(loc[BATCH:], log_var[BATCH:]) + categorical_kl(logits[BATCH:], uniform)
    again += gaussian_kl(old_loc, old_log_var, loc[BATCH:], log_var[BATCH:])
    again += categorical_kl(old_logits, logits[BATCH:])
    again += surprise(logits[BATCH:], code.discrete > 0)
    share = 1.0 / active
    return share * tf.reduce_mean(losses) + (1.0 - share) * tf.reduce_mean(again)


def slow_steps(model, images, slots, replays, compiled):
    """Adam's formulas over batch after batch; the loss of each."""
    weights = model.trainable_variables

    def look(real, seed):
        with tf.GradientTape() as tape:
            loss = loss_of(model, real, seed, replays)
        return loss, tape.gradient(loss, weights, unconnected_gradients="zero")

    if compiled:  # XLA draws other numbers from the same seed
        look = tf.function(look, jit_compile=True)
    losses = []
    for number, real in enumerate(np.split(images, len(images) // BATCH), 1):
        seed = noise.next_seed(model.seed_generator)
        loss, gradients = look(tf.constant(real), seed)
        rate = RATE * np.sqrt(1 - BETA_2**number) / (1 - BETA_1**number)
        for weight, gradient, (mean, square) in zip(weights, gradients, slots, strict=True):
            mean[...] = BETA_1 * mean + (1 - BETA_1) * gradient.numpy()
            square[...] = BETA_2 * square + (1 - BETA_2) * np.square(gradient.numpy())
            weight.assign(weight.numpy() - rate * mean / (np.sqrt(square) + EPSILON))
        model.training_steps.assign_add(1)
        losses.append(float(loss))
    return losses


@pytest.mark.parametrize("mode", ["graph", slow("xla")])
def test_steps_are_those_of_the_formulas(mode):
    images = [digits(label, 3 * BATCH) for label in (0, 1)]
    fast = small_model(mode=mode, learning_rate=RATE)
    slow = small_model(learning_rate=RATE)
    for replays, own in enumerate(images):
        slots = [np.zeros((2, *weight.shape)) for weight in slow.trainable_variables]
        expected = slow_steps(slow, own, slots, bool(replays), mode == "xla")
        history = fast.fit(own, batch_size=BATCH, shuffle=False, verbose=0)
        np.testing.assert_allclose(history.history["loss"], np.mean(expected), rtol=1e-5)
        for one, other in zip(fast.trainable_variables, slow.trainable_variables, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-5, err_msg=one.path)
        if not replays:
            fast.rollover_teacher()
            slow.set_weights(fast.get_weights())
            slow.seed_generator.state.assign(fast.seed_generator.state)
