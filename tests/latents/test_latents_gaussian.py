"""The Gaussian head alone in a Keras model."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_lifelong_vae.latents import GaussianLatent
from keras_lifelong_vae.types import GaussianParameters

FEATURES = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")
SEED = tf.constant([3, 4])


def test_it_answers_sample_loc_and_log_var():
    z, loc, log_var = GaussianLatent(3)(FEATURES)
    assert z.shape == loc.shape == log_var.shape == (6, 3)
    assert not np.array_equal(z, loc)


def test_samples_have_the_posterior_moments():
    layer = GaussianLatent(2, seed=0)
    layer.build((None, 5))
    loc, log_var = np.float32([[1.0, -2.0]]), np.float32([[0.0, 2.0]])
    many = GaussianParameters(np.repeat(loc, 50000, 0), np.repeat(log_var, 50000, 0))
    z = layer.sample(many, SEED).numpy()
    np.testing.assert_allclose(z.mean(0), loc[0], atol=0.05)
    np.testing.assert_allclose(z.std(0), np.exp(log_var[0] / 2), rtol=0.02)
    np.testing.assert_array_equal(z, layer.sample(many, SEED))


def test_own_noise_is_new_at_each_call_and_decided_by_the_seed():
    def two_draws(seed):
        layer = GaussianLatent(3, keras.initializers.GlorotUniform(1), seed=seed)
        return layer(FEATURES)[0].numpy(), layer(FEATURES)[0].numpy()

    first, second = two_draws(0)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(two_draws(0)[0], first)
    assert not np.array_equal(two_draws(1)[0], first)


def test_gradient_reaches_loc_and_log_var():
    layer = GaussianLatent(2)
    layer.build((None, 5))
    posterior = GaussianParameters(tf.Variable([[0.5, 1.0]]), tf.Variable([[0.0, 1.0]]))
    with tf.GradientTape() as tape:
        z = layer.sample(posterior, SEED)
    to_loc, to_log_var = tape.gradient(z, list(posterior))
    np.testing.assert_allclose(to_loc, [[1.0, 1.0]])
    # d z / d log_var = (z - loc) / 2
    np.testing.assert_allclose(to_log_var, (z - posterior.loc) / 2, rtol=1e-5)


def test_it_trains_and_survives_a_file(tmp_path):
    inputs = keras.Input((5,))
    z, loc, _ = GaussianLatent(2, seed=0)(inputs)
    model = keras.Model(inputs, {"z": z, "loc": loc})
    model.compile(optimizer="adam", loss={"z": "mse"})
    before = model.predict(FEATURES, verbose=0)["loc"]
    model.fit(FEATURES, {"z": np.zeros((6, 2))}, epochs=2, verbose=0)
    after = model.predict(FEATURES, verbose=0)["loc"]
    assert np.abs(after).mean() < np.abs(before).mean()
    model.save(tmp_path / "head.keras")
    loaded = keras.models.load_model(tmp_path / "head.keras")
    np.testing.assert_array_equal(loaded.predict(FEATURES, verbose=0)["loc"], after)


def test_it_computes_in_float32_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        z, loc, log_var = GaussianLatent(3)(FEATURES.astype("float16"))
    finally:
        keras.config.set_dtype_policy("float32")
    assert z.dtype == loc.dtype == log_var.dtype == tf.float32


@pytest.mark.parametrize("latent_dim", [0, -1, 2.5, True])
def test_bad_latent_dim_is_refused(latent_dim):
    with pytest.raises(ValueError, match="`latent_dim` must be an integer of at least 1"):
        GaussianLatent(latent_dim)
