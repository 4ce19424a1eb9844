"""Keras's own conformance test of a layer, on every likelihood; and mixed precision."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.testing import TestCase

from keras_lifelong_vae.likelihoods import Bernoulli, DiscretizedLogistic, Gaussian

SHAPE = (6, 4, 4, 2)
IMAGES = np.random.default_rng(0).random(SHAPE).astype("float32")
UNITS = [[0.5, 0.2], [0.3, 1.5]]  # mean and standard deviation, as a config holds them
# Class, its arguments and its trainable weights.
CASES = {
    "Bernoulli": (Bernoulli, {}, 0),
    "Gaussian, unit interval": (Gaussian, {"initial_scale": 0.2}, 1),
    "Gaussian, real": (Gaussian, {"support": "real"}, 1),
    "Gaussian, normalised": (Gaussian, {"support": "real", "normalization": UNITS}, 1),
    "DiscretizedLogistic": (DiscretizedLogistic, {"initial_scale": 0.2}, 1),
}


@pytest.mark.parametrize("case", CASES)
def test_keras_finds_a_layer_that_keeps_its_rules(case):
    layer_class, arguments, trainable = CASES[case]
    TestCase().run_layer_test(
        layer_class,
        arguments,
        input_shape=SHAPE,
        expected_output_shape=SHAPE,
        expected_num_trainable_weights=trainable,
        expected_num_non_trainable_weights=0,
        expected_num_seed_generators=0,
        expected_num_losses=0,
        supports_masking=False,
        run_training_check=False,  # E[x | z] alone reads no weight: there is nothing to train
        run_mixed_precision_check=True,
    )


@pytest.mark.parametrize("case", CASES)
def test_it_trains_by_its_log_probability(case):
    layer_class, arguments, trainable = CASES[case]
    layer = layer_class(**arguments)
    layer.build(SHAPE)
    parameters = tf.Variable(tf.zeros(SHAPE))
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(layer.log_prob(IMAGES, parameters))
    gradients = tape.gradient(loss, [parameters, *layer.trainable_weights])
    assert len(gradients) == 1 + trainable
    assert all(np.abs(gradient).max() > 0 for gradient in gradients)


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
@pytest.mark.parametrize("case", CASES)
def test_values_are_of_the_policys_dtype_and_nats_of_float32(case, policy):
    layer_class, arguments, _ = CASES[case]
    layer, exact = (layer_class(**arguments, dtype=dtype) for dtype in (policy, "float32"))
    layer.build(SHAPE)
    exact.build(SHAPE)
    parameters = np.random.default_rng(1).normal(size=SHAPE).astype("float32")
    found = {
        "mean": layer.mean(parameters),
        "sample": layer.sample(parameters, tf.constant([1, 2])),
    }
    assert {name: one.dtype.name for name, one in found.items()} == dict.fromkeys(
        found, layer.compute_dtype
    )
    nats = layer.log_prob(IMAGES, parameters)
    assert nats.dtype == tf.float32
    tolerance = {"float32": 0.0, "mixed_float16": 1e-2}[policy]
    expected = exact.log_prob(IMAGES, parameters)
    np.testing.assert_allclose(nats, expected, rtol=tolerance)


@pytest.mark.parametrize("case", CASES)
def test_the_global_policy_does_not_reach_it(case):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        layer_class, arguments, _ = CASES[case]
        layer = layer_class(**arguments)
    finally:
        keras.config.set_dtype_policy("float32")
    assert layer(IMAGES.astype("float16")).dtype == tf.float32
    assert layer.log_prob(IMAGES.astype("float16"), IMAGES.astype("float16")).dtype == tf.float32
