"""InfoGAN's bound where it is known: a code that is lost, and one that is found again."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from model_helpers import GaussianOnly, digits, small_model, small_network, step_of, term_of
from scipy.special import log_softmax

from keras_lifelong_vae.replay import real_only
from keras_lifelong_vae.terms import InfoGAN
from keras_lifelong_vae.terms.info_gan import negative_bound

ACTIVE, CAPACITY = 3, 5
PRIOR = np.float32([0.0] * ACTIVE + [-1e9] * (CAPACITY - ACTIVE))
CODES = np.eye(CAPACITY, dtype="float32")[[0, 1, 2, 1]]


def numpy_twin(logits, one_hot, num_active):
    """-(log Q(z_d | x_hat) + ln K), in float64."""
    log_q = log_softmax(logits[:, :num_active].astype("float64"), axis=1)
    return -(np.sum(one_hot[:, :num_active] * log_q, axis=1) + np.log(num_active))


def test_it_is_the_numpy_twin():
    logits = np.random.default_rng(0).normal(size=(4, CAPACITY)).astype("float32")
    logits[:, ACTIVE:] = -1e9
    found = negative_bound(tf.constant(logits), CODES, tf.constant(PRIOR))
    np.testing.assert_allclose(found, numpy_twin(logits, CODES, ACTIVE), rtol=1e-5)


def test_a_uniform_answer_tells_nothing():
    logits = tf.constant(np.tile(PRIOR, (4, 1)))
    np.testing.assert_allclose(negative_bound(logits, CODES, PRIOR), 0.0, atol=1e-6)


def test_a_certain_and_right_answer_tells_the_whole_entropy():
    logits = np.where(CODES > 0, 60.0, PRIOR).astype("float32")
    found = negative_bound(tf.constant(logits), CODES, PRIOR)
    np.testing.assert_allclose(found, -np.log(3.0), rtol=1e-6)


def test_it_never_exceeds_the_entropy_and_a_wrong_answer_costs():
    logits = np.random.default_rng(1).normal(0, 9, (4, CAPACITY)).astype("float32")
    logits[:, ACTIVE:] = -1e9
    assert np.all(negative_bound(tf.constant(logits), CODES, PRIOR) >= -np.log(3.0) - 1e-6)
    wrong = tf.constant(np.roll(CODES[:, :ACTIVE], 1, axis=1) * 60.0)
    assert np.all(negative_bound(wrong, CODES[:, :ACTIVE], PRIOR[:ACTIVE]) > 50)


def test_its_gradient_makes_the_right_answer_more_probable():
    logits = tf.Variable(np.tile(PRIOR, (4, 1)))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(negative_bound(logits, CODES, PRIOR))
    gradient = tape.gradient(loss, logits).numpy()
    np.testing.assert_allclose(gradient, (PRIOR == 0) / 3 - CODES, atol=1e-6)


def ignore_category(model):
    kernel = model.student.read_in.discrete.kernel
    kernel.assign(tf.zeros(kernel.shape))


def two_category_model():
    model = small_model(categories_per_task=2, replay=None, terms=[InfoGAN()])
    return model, step_of(model, real_only(tf.constant(digits(0, 32))))


def test_a_decoder_that_ignores_the_category_tells_nothing_to_a_uniform_answer():
    model, step = two_category_model()
    ignore_category(model)
    projection = model.student.latent.categorical.projection
    projection.kernel.assign(tf.zeros(projection.kernel.shape))
    np.testing.assert_allclose(term_of(model, InfoGAN).value(step), 0.0, atol=1e-6)


def test_a_decoder_that_ignores_the_category_is_never_found_out():
    """Whatever the encoder answers: its mean is no bound of more than the 0 nats there are."""
    model, _ = two_category_model()
    ignore_category(model)
    step = step_of(model, real_only(tf.zeros((4000, 8, 8, 1))))
    value = term_of(model, InfoGAN).value(step).numpy()
    assert value.mean() > -4 * value.std() / np.sqrt(len(value))


@pytest.mark.slow
def test_a_trained_model_tells_more_than_an_untrained_one():
    figures = {}
    for weight in (0.0, 5.0):
        terms = [InfoGAN(weight)]
        model = small_model(categories_per_task=2, replay=None, terms=terms, learning_rate=1e-2)
        model.fit(digits(0, 128), batch_size=32, epochs=15, verbose=0)
        step = step_of(model, real_only(tf.zeros((500, 8, 8, 1))))
        figures[weight] = float(tf.reduce_mean(term_of(model, InfoGAN).value(step)))
    assert figures[5.0] < figures[0.0] - 0.5
    assert -np.log(2.0) - 1e-5 <= figures[5.0]


def test_both_halves_of_the_student_learn_from_it():
    model, step = two_category_model()
    halves = model.student.encoder, model.student.decoder
    weights = [[weight.value for weight in half.trainable_weights] for half in halves]
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(term_of(model, InfoGAN).value(step))
    for gradients in tape.gradient(loss, weights):
        assert all(np.abs(gradient).max() > 0 for gradient in gradients)


@pytest.mark.parametrize("half", [0, 1])
def test_dropout_in_either_half_is_on_as_in_training(half):
    networks = list(small_network())
    dropout = keras.layers.Dropout(0.5, seed=0)
    networks[half] = keras.Sequential(
        [keras.Input(networks[half].input_shape[1:]), dropout, networks[half]]
    )
    model = small_model(
        network=tuple(networks), categories_per_task=2, replay=None, terms=[InfoGAN()]
    )
    step, term = step_of(model, real_only(tf.constant(digits(0, 32)))), term_of(model, InfoGAN)
    assert np.abs(term.value(step) - term.value(step)).max() > 0


def test_a_latent_without_categories_is_refused_by_the_name_of_the_term():
    with pytest.raises(ValueError, match="the term 'info_gan' needs a latent with a categorical"):
        small_model(latent=GaussianOnly(), terms=[InfoGAN()])
