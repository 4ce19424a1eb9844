"""The relaxed-categorical head alone in a Keras model."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_lifelong_vae.latents import RelaxedCategoricalLatent

FEATURES = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")
SEED = tf.constant([3, 4])


def built(*args, **kwargs):
    layer = RelaxedCategoricalLatent(*args, **kwargs)
    layer.build((None, 5))
    return layer


def test_relaxed_when_training_and_hard_otherwise():
    layer = RelaxedCategoricalLatent(4, seed=0)
    relaxed, logits = layer(FEATURES, training=True)
    hard, _ = layer(FEATURES, training=False)
    assert relaxed.shape == hard.shape == logits.shape == (6, 4)
    np.testing.assert_allclose(np.sum(relaxed, axis=1), 1.0, rtol=1e-5)
    assert np.all(np.max(relaxed, axis=1) < 1.0)
    np.testing.assert_array_equal(np.sort(hard, axis=1), np.eye(4)[[3] * 6])


def test_hard_samples_have_the_probabilities_of_the_logits():
    probs = np.array([0.6, 0.3, 0.1, 0.0])
    logits = np.repeat(np.log(np.maximum(probs, 1e-30))[None], 40000, 0).astype("float32")
    z = built(4).sample(logits, SEED).numpy()
    np.testing.assert_allclose(z.mean(0), probs, atol=0.01)
    assert z[:, 3].sum() == 0


def test_the_temperature_decides_how_relaxed():
    layer = built(3)
    logits = np.zeros((2000, 3), "float32")

    def mean_largest(temperature):
        layer.temperature.assign(temperature)
        return np.max(layer.sample(logits, SEED, training=True), axis=1).mean()

    assert mean_largest(0.05) > 0.97 > mean_largest(1.0) > 0.6 > mean_largest(20.0)


def test_relaxed_samples_carry_a_gradient_to_the_logits():
    logits = tf.Variable([[0.3, -0.2, 0.1]])
    with tf.GradientTape() as tape:
        z = built(3).sample(logits, SEED, training=True)[0, 0]
    gradient = tape.gradient(z, logits).numpy()[0]
    assert gradient[0] > 0 > gradient[1:].max()
    assert gradient.sum() == pytest.approx(0.0, abs=1e-6)


def test_inactive_categories_have_probability_zero_everywhere():
    layer = built(5, active_categories=2)
    logits = layer.posterior(FEATURES)
    np.testing.assert_array_equal(tf.nn.softmax(logits)[:, 2:], np.zeros((6, 3)))
    np.testing.assert_allclose(tf.nn.softmax(layer.prior_logits()), [0.5, 0.5, 0, 0, 0])
    for training in (True, False):
        z = layer.sample(tf.repeat(logits, 500, axis=0), SEED, training)
        np.testing.assert_array_equal(z[:, 2:], np.zeros((3000, 3)))
    layer.active_categories.assign(5)
    assert np.all(tf.nn.softmax(layer.posterior(FEATURES)) > 0)


def test_growing_keeps_what_was_learned():
    layer = built(3, active_categories=3)
    before = layer.posterior(FEATURES).numpy()
    names = [weight.name for weight in layer.weights]
    layer.grow(7)
    assert [weight.name for weight in layer.weights] == names
    after = layer.posterior(FEATURES).numpy()
    np.testing.assert_array_equal(after[:, :3], before)
    assert after.shape == (6, 7)
    assert np.all(after[:, 3:] < -1e8)
    layer.active_categories.assign(7)
    assert np.ptp(layer.posterior(FEATURES).numpy()[:, 3:]) > 0.1
    with pytest.raises(ValueError, match="`capacity` must exceed 7, received 7"):
        layer.grow(7)


def test_it_trains_and_survives_a_file(tmp_path):
    inputs = keras.Input((5,))
    z, logits = RelaxedCategoricalLatent(3, active_categories=2, seed=0)(inputs)
    model = keras.Model(inputs, {"z": z, "logits": logits})
    model.compile(optimizer=keras.optimizers.Adam(0.1), loss={"z": "mse"})
    target = np.eye(3)[[0] * 6]
    model.fit(FEATURES, {"z": target}, epochs=30, verbose=0)
    after = model.predict(FEATURES, verbose=0)
    np.testing.assert_array_equal(after["z"], target)
    model.save(tmp_path / "head.keras")
    loaded = keras.models.load_model(tmp_path / "head.keras")
    np.testing.assert_array_equal(loaded.predict(FEATURES, verbose=0)["logits"], after["logits"])


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"capacity": 0}, "`capacity` must be an integer of at least 1"),
        (
            {"capacity": 3, "active_categories": 4},
            r"`active_categories` must be at most `capacity`",
        ),
        ({"capacity": 3, "active_categories": 0}, "`active_categories` must be an integer"),
        ({"capacity": 3, "temperature": 0.0}, "`temperature` must be greater than 0"),
    ],
)
def test_bad_arguments_are_refused(arguments, match):
    with pytest.raises(ValueError, match=match):
        RelaxedCategoricalLatent(**arguments)
