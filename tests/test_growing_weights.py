"""Weights that are replaced by larger ones."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_lifelong_vae import LifelongVAE, Replay, networks
from keras_lifelong_vae.growing_weights import GrowingWeights
from keras_lifelong_vae.latents import JointLatent

KERNEL, BIAS = np.arange(6.0).reshape(2, 3), np.float32([0.1, 0.2, 0.3])
EVENT_SHAPE = (4, 4, 1)


def weights(**kwargs):
    return GrowingWeights({"kernel": KERNEL, "bias": BIAS}, **kwargs)


def told(layer):
    """What is to be known of each weight besides its values."""
    return [(one.name, one.dtype, one.trainable) for one in layer.weights]


def test_each_weight_is_an_attribute_with_its_value():
    layer = weights(name="projection")
    assert layer.built
    assert [weight.path for weight in layer.weights] == ["projection/kernel", "projection/bias"]
    np.testing.assert_array_equal(layer.kernel, KERNEL)
    np.testing.assert_array_equal(layer.bias, BIAS)
    assert layer.kernel.dtype == "float32"


@pytest.mark.parametrize("trainable", [True, False])
def test_replacing_keeps_order_names_and_whether_they_train(trainable):
    layer = weights(trainable=trainable)
    before = told(layer)
    layer.replace({"kernel": np.ones((2, 5)), "bias": np.zeros(5)})
    assert told(layer) == before
    assert [weight.shape for weight in layer.weights] == [(2, 5), (5,)]
    assert len(layer.trainable_weights) == (2 if trainable else 0)
    assert layer.trainable_weights + layer.non_trainable_weights == layer.weights


def test_what_is_left_out_keeps_its_value_and_its_place():
    layer = weights()
    before = told(layer)
    layer.replace({"kernel": np.ones((4, 3))})
    assert told(layer) == before
    np.testing.assert_array_equal(layer.bias, BIAS)
    layer.replace({"bias": np.zeros(9)})
    assert told(layer) == before
    np.testing.assert_array_equal(layer.kernel, np.ones((4, 3)))


def test_a_frozen_layer_stays_frozen_and_thaws_whole():
    layer = weights()
    layer.trainable = False
    layer.replace({"kernel": np.ones((2, 5))})
    assert layer.trainable_weights == []
    layer.trainable = True
    assert layer.trainable_weights == layer.weights == [layer.kernel, layer.bias]


def test_integers_stay_integers():
    layer = GrowingWeights({"rows": KERNEL, "count": np.zeros((), "int32")}, trainable=False)
    layer.count.assign(7)
    layer.replace({"rows": np.zeros((5, 3))})
    assert layer.count.dtype == "int32"
    assert int(layer.count) == 7


def test_what_is_inside_another_layer_is_found_there_in_order():
    class Outer(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.first, self.second = weights(name="first"), weights(name="second")

    outer = Outer()
    before = told(outer)
    outer.first.replace({"kernel": np.ones((2, 5))})
    assert told(outer) == before
    assert outer.weights == [*outer.first.weights, *outer.second.weights]


def test_a_gradient_reaches_the_new_weights():
    layer = weights()
    layer.replace({"kernel": np.ones((2, 5)), "bias": np.zeros(5)})
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.ones((1, 2)) @ layer.kernel.value + layer.bias.value)
    assert all(np.abs(one).min() > 0 for one in tape.gradient(loss, layer.trainable_weights))


def grown(task_capacity, tasks):
    """A model that has room for `task_capacity` tasks at first and finishes `tasks`."""
    latent = JointLatent(2, task_capacity=task_capacity, seed=0, name="latent")
    network = networks.dense(EVENT_SHAPE, (8,), seed=0)
    replay = Replay(components_per_task=1)
    model = LifelongVAE(
        EVENT_SHAPE, latent=latent, network=network, replay=replay, seed=0, name="vae"
    )
    model.compile(keras.optimizers.Adam(1e-2), run_eagerly=True)
    for task in range(tasks):
        images = np.random.default_rng(task).random((16, *EVENT_SHAPE)).astype("float32")
        model.fit(images, batch_size=16, verbose=0)
        model.rollover_teacher()
    return model, images


def test_a_model_that_has_grown_is_saved_loaded_and_goes_on_learning(tmp_path):
    model, images = grown(1, 2)
    assert model.student.latent.capacity == 4
    model.save(tmp_path / "grown.keras")
    loaded = keras.models.load_model(tmp_path / "grown.keras")
    assert told(loaded) == told(model)
    for own, others in zip(loaded.weights, model.weights, strict=True):
        np.testing.assert_array_equal(own, others, err_msg=own.path)
    np.testing.assert_array_equal(loaded.reconstruct(images), model.reconstruct(images))
    np.testing.assert_array_equal(loaded.generate(5, seed=0), model.generate(5, seed=0))
    for one in (model, loaded):
        one.fit(images, batch_size=16, verbose=0)
    for own, others in zip(loaded.weights, model.weights, strict=True):
        np.testing.assert_allclose(own, others, rtol=1e-6, atol=1e-7, err_msg=own.path)


def test_a_grown_model_has_the_weights_of_one_with_room_from_the_start():
    small, large = grown(1, 2)[0], grown(4, 2)[0]
    assert told(small) == told(large)
    assert [one.shape for one in small.weights] == [one.shape for one in large.weights]
