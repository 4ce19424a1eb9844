"""Which weights an autoencoder begins with."""

import keras
import numpy as np

from keras_lifelong_vae import latents, likelihoods, networks
from keras_lifelong_vae.autoencoder import Autoencoder


def autoencoder(seed):
    encoder, decoder = networks.dense((2, 2, 1), (4,), seed=0)
    vae = Autoencoder(encoder, decoder, latents.JointLatent(2), likelihoods.Bernoulli(), seed)
    vae(np.zeros((1, 2, 2, 1), "float32"))
    return vae


def read_in_weights(seed):
    return np.concatenate([np.ravel(one) for one in autoencoder(seed).read_in.get_weights()])


def test_a_seed_decides_them():
    np.testing.assert_array_equal(read_in_weights(5), read_in_weights(5))
    assert np.any(read_in_weights(5) != read_in_weights(6))


def test_without_one_the_global_seed_does():
    first = read_in_weights(None)
    assert np.any(first != read_in_weights(None))
    keras.utils.set_random_seed(0)
    np.testing.assert_array_equal(first, read_in_weights(None))
