"""Both heads together, and the read-in that stands before the decoder."""

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae.layers import JointLatent, LatentReadIn

FEATURES = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")
SEED = tf.constant([3, 4])


def test_it_is_its_two_heads():
    layer = JointLatent(2, capacity=4, active_categories=3, seed=0)
    code, posterior = layer(FEATURES, training=True)
    assert code.continuous.shape == (6, 2)
    assert code.category.shape == (6, 4)
    np.testing.assert_array_equal(posterior.gaussian.loc, layer.gaussian.posterior(FEATURES).loc)
    np.testing.assert_array_equal(posterior.logits, layer.categorical.posterior(FEATURES))
    hard = layer.sample(posterior, SEED).category.numpy()
    assert set(np.unique(hard)) == {0.0, 1.0}


def test_the_prior_is_standard_normal_and_uniform_over_active_categories():
    layer = JointLatent(2, capacity=4, active_categories=3)
    layer.build((None, 5))
    prior = layer.sample_prior(30000, SEED)
    np.testing.assert_allclose(np.mean(prior.continuous, axis=0), 0.0, atol=0.03)
    np.testing.assert_allclose(np.std(prior.continuous, axis=0), 1.0, atol=0.03)
    np.testing.assert_allclose(np.mean(prior.category, axis=0), [1 / 3, 1 / 3, 1 / 3, 0], atol=0.02)
    # z_c and z_d are independent, although one seed decides both.
    correlations = np.corrcoef(np.hstack([prior.continuous, prior.category[:, :3]]).T)
    assert np.abs(correlations[:2, 2:]).max() < 0.03


def test_the_heads_start_from_different_weights():
    layer = JointLatent(2, capacity=4, kernel_initializer=keras.initializers.GlorotUniform(7))
    layer.build((None, 5))
    gaussian, categorical = layer.gaussian.projection.kernel, layer.categorical.kernel
    assert gaussian.shape == categorical.shape
    assert not np.array_equal(gaussian, categorical)


def test_config_round_trip():
    layer = JointLatent(2, capacity=4, active_categories=3, temperature=0.7, seed=5)
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert copy.get_config() == layer.get_config()


def test_read_in_is_one_dense_layer_on_the_concatenated_code():
    layer = LatentReadIn(units=3, capacity=4)
    rng = np.random.default_rng(0)
    z_c, z_d = rng.normal(size=(6, 2)), np.eye(4)[[0, 1, 2, 3, 0, 1]]
    result = layer(z_c.astype("float32"), z_d.astype("float32"))
    kernel = np.concatenate([layer.continuous_kernel, layer.category_kernel])
    expected = np.concatenate([z_c, z_d], axis=1) @ kernel + layer.bias.numpy()
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-6)


def test_read_in_grows_without_changing_what_it_said():
    layer = LatentReadIn(units=3, capacity=2)
    z_c, z_d = np.ones((2, 2), "float32"), np.eye(2, dtype="float32")
    before = layer(z_c, z_d).numpy()
    names = [weight.name for weight in layer.weights]
    layer.grow(5)
    assert [weight.name for weight in layer.weights] == names
    np.testing.assert_array_equal(layer(z_c, np.pad(z_d, ((0, 0), (0, 3)))), before)
    assert np.ptp(layer.category_kernel.numpy()[2:]) > 0.1
    copy = LatentReadIn.from_config(layer.get_config())
    assert (copy.units, copy.capacity) == (3, 5)
