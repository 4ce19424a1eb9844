"""The read-in that stands before the decoder."""

import keras
import numpy as np

from keras_lifelong_vae.autoencoder.latent_read_in import LatentReadIn
from keras_lifelong_vae.types import LatentCode


def read_in(capacity, units=3, latent_dim=2):
    return LatentReadIn(units, latent_dim, capacity, keras.initializers.GlorotUniform(0))


def test_read_in_is_one_dense_layer_on_the_concatenated_code():
    layer = read_in(4)
    rng = np.random.default_rng(0)
    z_c, z_d = rng.normal(size=(6, 2)), np.eye(4)[[0, 1, 2, 3, 0, 1]]
    layer.continuous.bias.assign([0.5, -1.0, 2.0])
    result = layer(LatentCode(z_c.astype("float32"), z_d.astype("float32")))
    kernel = np.concatenate([layer.continuous.kernel, layer.discrete.kernel])
    expected = np.concatenate([z_c, z_d], axis=1) @ kernel + layer.continuous.bias.numpy()
    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-6)


def test_read_in_grows_without_changing_what_it_said():
    layer = read_in(2)
    z_c, z_d = np.ones((2, 2), "float32"), np.eye(2, dtype="float32")
    before = layer(LatentCode(z_c, z_d)).numpy()
    names = [weight.path for weight in layer.weights]
    layer.grow(5)
    assert [weight.path for weight in layer.weights] == names
    after = layer(LatentCode(z_c, np.pad(z_d, ((0, 0), (0, 3)))))
    np.testing.assert_array_equal(after, before)
    assert np.ptp(layer.discrete.kernel.numpy()[2:]) > 0.1


def test_read_in_of_a_latent_without_categories_reads_z_c_alone():
    layer = read_in(0)
    z_c = np.ones((4, 2), "float32")
    assert [weight.shape for weight in layer.weights] == [(2, 3), (3,)]
    result = layer(LatentCode(z_c, np.zeros((4, 0), "float32")))
    np.testing.assert_allclose(result, z_c @ layer.continuous.kernel.numpy(), rtol=1e-6)
