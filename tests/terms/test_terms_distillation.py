"""Learning without forgetting: the teacher's answers on new data are kept."""

import numpy as np
import pytest
import tensorflow as tf
from model_helpers import assert_same, digits, learn_task, small_model, step_of, term_of

from keras_lifelong_vae.replay import real_only
from keras_lifelong_vae.terms import Distillation

SEED = tf.constant([1, 2])


def lwf_model(weight):
    return small_model(replay=None, terms=[Distillation(weight)])


@pytest.mark.parametrize("weight", [0.0, 3.0])
def test_the_first_task_is_learned_as_by_the_naive_model(weight):
    naive, lwf = small_model(replay=None), lwf_model(weight)
    for label in (0, 1) if weight == 0.0 else (0,):
        learn_task(naive, digits(label))
        learn_task(lwf, digits(label))
    assert_same(naive.student.weights, lwf.student.weights)


def test_right_after_a_rollover_only_the_entropy_of_the_answers_is_left():
    """Student and teacher agree, so the KL is 0 and the cross-entropy that of x_T with itself."""
    model = lwf_model(1.0)
    learn_task(model, digits(0))
    images = tf.constant(digits(1, 64))
    answer = model.teacher.posterior(images)
    means = model.teacher.mean(model.teacher.latent.sample(answer, SEED)).numpy()
    means = means.astype("float64")
    entropy = -(means * np.log(means) + (1 - means) * np.log1p(-means)).sum(axis=(1, 2, 3))
    step = step_of(model, real_only(images), SEED)
    loss, logs = model.batch_loss(step)
    np.testing.assert_allclose(term_of(model, Distillation).value(step), entropy, rtol=1e-4)
    rest = sum(float(value) for name, value in logs.items() if name != "distillation")
    assert float(loss) - rest == pytest.approx(entropy.mean(), rel=1e-4)


def test_a_strong_weight_keeps_the_answers():
    distances = {}
    for weight in (0.0, 20.0):
        model = lwf_model(weight)
        learn_task(model, digits(0), epochs=3)
        new = digits(1)
        before = model.reconstruct(new)
        learn_task(model, new, epochs=3)
        distances[weight] = np.abs(model.reconstruct(new) - before).mean()
    assert distances[20.0] < 0.5 * distances[0.0]


def test_no_gradient_reaches_the_teachers_encoder():
    model = lwf_model(1.0)
    learn_task(model, digits(0, 64))
    learn_task(model, digits(1, 64))
    step = step_of(model, real_only(tf.constant(digits(1, 8))), SEED)
    weights = [weight.value for weight in model.teacher.encoder.weights]
    with tf.GradientTape() as tape:
        tape.watch(weights)
        kl = tf.reduce_sum(term_of(model, Distillation).value(step))
    reached = tape.gradient(kl, [w.value for w in model.student.encoder.trainable_weights])
    assert None not in reached


def test_a_negative_weight_is_named():
    with pytest.raises(ValueError, match="`weight` must be a finite number of at least 0"):
        Distillation(-1.0)
