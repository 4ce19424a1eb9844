"""Both heads together: q(z | x), p(z) and the mathematics between them, by head."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from latents_examples import TwoBlocks

from keras_lifelong_vae.latents import JointLatent, Latent, MixturePriorLatent
from keras_lifelong_vae.latents.divergences import gaussian_kl
from keras_lifelong_vae.types import GaussianParameters

FEATURES = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")
SEED = tf.constant([3, 4])


def with_active(number, latent_dim=2, categories_per_task=1, task_capacity=4, **kwargs):
    layer = JointLatent(latent_dim, categories_per_task, task_capacity, **kwargs)
    layer.build((None, 5))
    layer.categorical.active_categories.assign(number)
    return layer


def test_it_is_its_two_heads():
    layer = with_active(3, seed=0)
    code, posterior = layer(FEATURES, training=True)
    assert code.continuous.shape == (6, 2)
    assert code.discrete.shape == (6, 4)
    gaussian, categorical = layer.heads["gaussian"], layer.heads["categorical"]
    np.testing.assert_array_equal(posterior.gaussian.loc, gaussian.posterior(FEATURES).loc)
    np.testing.assert_array_equal(posterior.logits, categorical.posterior(FEATURES))
    hard = layer.sample(posterior, SEED).discrete.numpy()
    assert set(np.unique(hard)) == {0.0, 1.0}


def test_the_prior_is_standard_normal_and_uniform_over_active_categories():
    prior = with_active(3).sample_prior(30000, SEED)
    np.testing.assert_allclose(np.mean(prior.continuous, axis=0), 0.0, atol=0.03)
    np.testing.assert_allclose(np.std(prior.continuous, axis=0), 1.0, atol=0.03)
    np.testing.assert_allclose(np.mean(prior.discrete, axis=0), [1 / 3, 1 / 3, 1 / 3, 0], atol=0.02)
    # z_c and z_d are independent, although one seed decides both.
    correlations = np.corrcoef(np.hstack([prior.continuous, prior.discrete[:, :3]]).T)
    assert np.abs(correlations[:2, 2:]).max() < 0.03


def test_the_heads_start_from_different_weights():
    layer = with_active(1, kernel_initializer=keras.initializers.GlorotUniform(7))
    gaussian = layer.blocks["gaussian"].projection.kernel
    categorical = layer.categorical.projection.kernel
    assert gaussian.shape == categorical.shape
    assert not np.array_equal(gaussian, categorical)


def test_config_round_trip():
    layer = JointLatent(2, 3, task_capacity=4, temperature=0.7, seed=5)
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert copy.get_config() == layer.get_config()
    assert copy.capacity == layer.capacity == 12


def test_a_step_activates_the_categories_of_the_present_task_and_cools():
    schedule = keras.optimizers.schedules.ExponentialDecay(2.0, 10, 0.5)
    layer = with_active(1, categories_per_task=3, task_capacity=4, temperature=schedule)
    layer.begin_step(tf.constant(1), tf.constant(1), tf.constant(10))
    assert int(layer.categorical.active_categories) == 6
    assert np.flatnonzero(layer.categorical.is_of_present_task(3)).tolist() == [3, 4, 5]
    assert float(layer.categorical.temperature) == pytest.approx(1.0)


def test_a_task_that_comes_back_has_its_own_categories_again():
    layer = with_active(1, categories_per_task=2, task_capacity=4)
    layer.begin_step(tf.constant(0), tf.constant(3), tf.constant(10))
    assert int(layer.categorical.active_categories) == 6
    assert np.flatnonzero(layer.categorical.is_of_present_task(2)).tolist() == [0, 1]


def test_mode_is_the_most_probable_code():
    layer = with_active(3)
    posterior = layer.posterior(FEATURES)
    mode = layer.mode(posterior)
    np.testing.assert_array_equal(mode.continuous, posterior.gaussian.loc)
    np.testing.assert_array_equal(mode.discrete, np.eye(4)[np.argmax(posterior.logits, axis=1)])


def test_divergences_and_the_ratio_are_those_of_the_heads():
    layer = with_active(3)
    first, second = layer.posterior(FEATURES), layer.posterior(FEATURES[::-1])
    categorical = layer.categorical
    kls = layer.kl(first, second)
    np.testing.assert_array_equal(kls["gaussian"], gaussian_kl(first.gaussian, second.gaussian))
    np.testing.assert_array_equal(kls["categorical"], categorical.kl(first.logits, second.logits))
    code = layer.sample(first, SEED)
    to_prior = layer.kl_to_prior(first, code)
    assert list(to_prior) == list(layer.heads) == ["gaussian", "categorical"]
    np.testing.assert_array_equal(
        to_prior["categorical"], categorical.kl(first.logits, categorical.prior_logits())
    )
    gaussian = layer.blocks["gaussian"]
    expected = gaussian.log_prior(code.continuous)
    expected -= gaussian.log_posterior(code.continuous, first.gaussian)
    expected += categorical.log_ratio(code.discrete, first.logits)
    np.testing.assert_allclose(layer.log_ratio(code, first), expected, rtol=1e-5, atol=1e-5)


def test_rows_of_the_present_task_are_measured_against_its_own_categories():
    layer = with_active(4, categories_per_task=2, task_capacity=3)
    posterior = layer.posterior(FEATURES)
    present = tf.constant([True, False] * 3)
    categorical = layer.categorical
    found = layer.kl_to_prior(posterior, layer.mode(posterior), present)["categorical"].numpy()
    own = categorical.kl(posterior.logits, categorical.task_prior_logits(2)).numpy()
    everyone = categorical.kl(posterior.logits, categorical.prior_logits()).numpy()
    np.testing.assert_array_equal(found, np.where(present, own, everyone))
    assert np.abs(own - everyone).min() > 1e-3


def test_blocks_are_concatenated_in_order_and_a_latent_needs_no_categories():
    layer = TwoBlocks(name="blocks")
    code, posterior = layer(FEATURES)
    assert layer.latent_dim == 5
    assert layer.capacity == 0
    assert posterior.logits.shape == code.discrete.shape == (6, 0)
    style, place = (block.posterior(FEATURES) for block in layer.blocks.values())
    np.testing.assert_array_equal(posterior.gaussian.loc, np.hstack([style.loc, place.loc]))
    kls = layer.kl_to_prior(posterior, code)
    assert list(kls) == ["style", "place"]
    zeros = GaussianParameters(tf.zeros_like(place.loc), tf.zeros_like(place.loc))
    np.testing.assert_allclose(kls["place"], gaussian_kl(place, zeros), rtol=1e-6)
    assert np.shape(layer.log_ratio(code, posterior)) == (6,)
    assert layer.sample_prior(7, SEED).discrete.shape == (7, 0)
    assert layer.mode(posterior).discrete.shape == (6, 0)
    layer.grow(32)
    assert layer.capacity == 0


def test_a_head_with_a_prior_of_its_own_survives_the_config():
    layer = JointLatent(MixturePriorLatent(2, num_components=3), seed=1)
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert isinstance(copy.blocks["gaussian"], MixturePriorLatent)
    assert copy.blocks["gaussian"].num_components == 3
    assert copy.get_config() == layer.get_config()


def test_growing_makes_room_for_more_tasks():
    layer = with_active(4, categories_per_task=2, task_capacity=2)
    before = layer.posterior(FEATURES).logits.numpy()
    layer.grow(5)
    assert (layer.task_capacity, layer.capacity) == (5, 10)
    np.testing.assert_array_equal(layer.posterior(FEATURES).logits[:, :4], before)


def test_what_makes_no_latent_is_refused():
    with pytest.raises(ValueError, match="`blocks` must hold at least one Gaussian head"):
        Latent({})
    with pytest.raises(ValueError, match="`categories_per_task` must be an integer of at least 1"):
        JointLatent(2, categories_per_task=0)
    with pytest.raises(ValueError, match="`task_capacity` must be an integer of at least 1"):
        JointLatent(2, task_capacity=0)
