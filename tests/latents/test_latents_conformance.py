"""Keras's own conformance test of a layer, on every latent; and mixed precision."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src import tree
from keras.src.testing import TestCase
from latents_examples import TwoBlocks

from keras_lifelong_vae.latents import (
    GaussianLatent,
    JointLatent,
    MixturePriorLatent,
    RelaxedCategoricalLatent,
)

FEATURES = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")
# Class, its arguments, the shapes of its outputs, its trainable weights and its seed generators.
CASES = {
    "gaussian": (GaussianLatent, {"latent_dim": 3}, [(6, 3)] * 3, 2, 1),
    "mixture prior": (MixturePriorLatent, {"latent_dim": 3}, [(6, 3)] * 3, 5, 1),
    "relaxed categorical": (
        RelaxedCategoricalLatent,
        {"capacity": 4, "active_categories": 3},
        [(6, 4)] * 2,
        2,
        1,
    ),
    "joint": (
        JointLatent,
        {"latent_dim": 3, "task_capacity": 4},
        [(6, 3), (6, 4), (6, 3), (6, 3), (6, 4)],
        4,
        3,
    ),
    "subclass": (TwoBlocks, {}, [(6, 5), (6, 0), (6, 5), (6, 5), (6, 0)], 4, 3),
}


POLICIES = ["float32", "mixed_float16", "mixed_bfloat16", "float16"]
SEED = tf.constant([1, 2])


@pytest.mark.parametrize("case", CASES)
def test_keras_finds_a_layer_that_keeps_its_rules(case):
    layer_class, arguments, _, trainable, generators = CASES[case]
    TestCase().run_layer_test(
        layer_class,
        arguments,
        input_shape=FEATURES.shape,
        expected_num_trainable_weights=trainable,
        expected_num_seed_generators=generators,
        expected_num_losses=0,
        supports_masking=False,
        run_mixed_precision_check=True,
    )


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("case", CASES)
def test_shapes_and_dtypes_are_known_before_they_are_computed(case, policy):
    layer_class, arguments, shapes, *_ = CASES[case]
    layer = layer_class(**arguments, dtype=policy)
    symbolic = tree.flatten(layer(keras.Input((5,), dtype="float32")))
    outputs = tree.flatten(layer(FEATURES))
    assert [tuple(output.shape) for output in outputs] == shapes
    assert [output.shape[1:] for output in symbolic] == [shape[1:] for shape in shapes]
    # The heads of the subclass are its own, and compute in float32.
    expected = "float32" if case == "subclass" else layer.compute_dtype
    assert {keras.backend.standardize_dtype(one.dtype) for one in (*symbolic, *outputs)} == {
        expected
    }
    assert all(np.isfinite(keras.ops.cast(output, "float32")).all() for output in outputs)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("case", ["joint", "subclass", "joint of a mixture"])
def test_codes_are_of_the_policys_dtype_and_nats_of_float32(case, policy):
    if case == "joint of a mixture":
        head = MixturePriorLatent(3, dtype=policy)
        layer = JointLatent(head, 2, task_capacity=4, dtype=policy)
    else:
        layer_class, arguments, *_ = CASES[case]
        layer = layer_class(**arguments, dtype=policy)
    layer.build((None, 5))
    posterior = layer.posterior(FEATURES)
    code, prior = layer.sample(posterior, SEED), layer.sample_prior(6, SEED)
    present = tf.constant([True, False] * 3)
    nats = {
        **layer.kl_to_prior(posterior, code, present),
        **{f"{name} alone": kl for name, kl in layer.kl(posterior, posterior).items()},
        "ratio": layer.log_ratio(code, posterior),
    }
    codes = {
        "relaxed": layer.sample(posterior, SEED, training=True).discrete,
        "prior": prior.continuous,
        "prior, z_d": prior.discrete,
    }
    assert {one.dtype for one in nats.values()} == {tf.float32}
    expected = "float32" if case == "subclass" else layer.compute_dtype
    assert {one.dtype.name for one in codes.values()} == {expected}
    for name, one in (nats | codes).items():
        assert np.isfinite(tf.cast(one, tf.float32)).all(), name
