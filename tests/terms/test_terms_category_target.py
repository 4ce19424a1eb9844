"""-log q(z_d in S | x), for the category that was decoded or the task's own."""

import numpy as np
import pytest
import tensorflow as tf
from model_helpers import GaussianOnly, digits, replay_batch, small_model, step_of, term_of

from keras_lifelong_vae import Replay, TeacherRollover
from keras_lifelong_vae.replay import real_only
from keras_lifelong_vae.terms import CategoryTarget


@pytest.mark.parametrize("mode", ["on_top", "in_batch"])
def test_the_category_to_be_found_again_is_the_one_that_was_decoded_or_the_tasks_own(mode):
    """-log q(z_d in S | x) in numpy: S has one category if x was replayed, three if it is real."""
    model = small_model(replay=Replay(mode=mode), categories_per_task=3)
    model.fit(digits(0), epochs=2, verbose=0, callbacks=[TeacherRollover()])
    model.student.latent.categorical.active_categories.assign(6)
    batch = replay_batch(model, digits(1, 16))
    logits = model.student.posterior(batch.images).logits.numpy()[:, :6].astype("float64")
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    begin, decoded = int(batch.replay_begin), batch.code.discrete.numpy().argmax(1)
    assert len(set(decoded)) > 1
    expected = -np.log(probs[:, 3:].sum(axis=1))
    is_replayed = batch.replayed.numpy() == 1
    again = -np.log(probs[np.arange(begin, len(probs)), decoded])
    expected[is_replayed] = np.pad(again, (begin, 0))[is_replayed]
    assert 0 < is_replayed.sum() < len(is_replayed)
    found = term_of(model, CategoryTarget).value(step_of(model, batch))
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_it_vanishes_for_the_only_category_there_is():
    model = small_model()
    step = step_of(model, real_only(tf.constant(digits(0, 5))))
    np.testing.assert_allclose(term_of(model, CategoryTarget).value(step), 0.0, atol=1e-6)


def test_its_gradient_makes_a_wanted_category_more_probable():
    model = small_model(categories_per_task=2)
    model.student.latent.categorical.active_categories.assign(4)
    bias = model.student.latent.categorical.projection.bias
    step = step_of(model, real_only(tf.constant(digits(0, 5))))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(term_of(model, CategoryTarget).value(step))
    gradient = tape.gradient(loss, bias.value).numpy()
    assert np.all(gradient[:2] > 0)  # of an earlier task
    assert np.all(gradient[2:4] < 0)
    np.testing.assert_array_equal(gradient[4:], 0.0)


@pytest.mark.slow
def test_a_new_category_is_used_even_where_the_encoder_is_sure_of_an_old_one():
    """The case in which the gradient of the KL to the task's prior is gone."""
    shares = {}
    for weight in (0.0, 1.0):
        terms = [CategoryTarget(weight)]
        model = small_model(learning_rate=1e-2, replay=None, terms=terms)
        model.fit(digits(0, 64), verbose=0, callbacks=[TeacherRollover()])
        model.student.latent.categorical.projection.bias.assign(40.0 * tf.one_hot(0, 16))
        model.fit(digits(1, 64), epochs=30, batch_size=64, verbose=0)
        shares[weight] = np.mean(model.encode(digits(1)).category == 1)
    assert shares == {0.0: 0.0, 1.0: 1.0}


def test_a_latent_without_categories_is_refused_by_the_name_of_the_term():
    with pytest.raises(ValueError, match="the term 'category_target' needs a latent with"):
        small_model(latent=GaussianOnly(), terms=[CategoryTarget()])
