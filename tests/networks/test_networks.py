"""Encoders and decoders of any event shape."""

import keras
import numpy as np
import pytest

from keras_lifelong_vae import networks

SHAPES = [(28, 28, 1), (32, 32, 3), (8, 8, 1), (13, 7, 2)]


@pytest.mark.parametrize("event_shape", SHAPES)
@pytest.mark.parametrize("name", ["dense", "convolutional", "residual"])
def test_images_go_to_features_and_back(name, event_shape):
    encoder, decoder = networks.get(name, event_shape, seed=0)
    images = np.random.default_rng(0).random((2, *event_shape)).astype("float32")
    features = encoder(images)
    assert features.shape == (2, encoder.output_shape[-1])
    assert decoder(np.zeros((2, decoder.input_shape[-1]))).shape == images.shape


def test_dense_takes_any_event_and_has_the_widths_of_the_article():
    encoder, decoder = networks.dense((784,))
    assert [layer.units for layer in encoder.layers[1:]] == [512, 512]
    assert decoder.input_shape == (None, 512)
    assert [layer.units for layer in decoder.layers[1:3]] == [512, 784]


@pytest.mark.parametrize("name", ["dense", "convolutional", "residual"])
def test_one_seed_decides_all_weights_and_no_two_layers_share_them(name):
    def weights(seed):
        return [w for model in networks.get(name, (8, 8, 1), seed) for w in model.get_weights()]

    for a, b in zip(weights(3), weights(3), strict=True):
        np.testing.assert_array_equal(a, b)
    kernels, others = ([w for w in weights(seed) if w.ndim > 1 and w.any()] for seed in (3, 4))
    assert all(np.abs(a - b).max() > 1e-3 for a, b in zip(kernels, others, strict=True))
    firsts = [kernel.ravel()[0] for kernel in kernels]
    assert len(set(firsts)) == len(firsts)


def test_a_pair_of_the_users_own_passes():
    pair = networks.dense((4, 4, 1), units=(8,))
    assert networks.get(pair, (4, 4, 1)) == pair


@pytest.mark.parametrize(
    ("network", "error", "match"),
    [
        ("resnet", ValueError, "`network` must be one of dense, .*, residual, received 'resnet'"),
        (keras.Sequential(), TypeError, "a pair"),
        ((1, 2), TypeError, "a pair"),
        (networks.dense((5, 5, 1)), ValueError, r"encoder input must be \(None, 4, 4, 1\)"),
        (
            (networks.dense((4, 4, 1))[0], networks.dense((5, 5, 1))[1]),
            ValueError,
            r"decoder output must be \(None, 4, 4, 1\), received \(None, 5, 5, 1\)",
        ),
    ],
)
def test_what_does_not_fit_is_refused(network, error, match):
    with pytest.raises(error, match=match):
        networks.get(network, (4, 4, 1))


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="`units` must hold at least one width"):
        networks.dense((4,), units=())
    with pytest.raises(ValueError, match="`filters` must hold at least one"):
        networks.convolutional((4, 4, 1), filters=())
    with pytest.raises(ValueError, match=r"`event_shape` must be \(height, width, channels\)"):
        networks.convolutional((16,))
    with pytest.raises(ValueError, match=r"`event_shape` must be \(height, width, channels\)"):
        networks.residual((16,))
    with pytest.raises(ValueError, match="`patch_size` must be an integer of at least 1"):
        networks.residual((16, 16, 3), patch_size=0)


def test_blocks_begin_as_the_identity_but_for_the_activation():
    images = np.random.default_rng(0).random((2, 12, 8, 3)).astype("float32")
    whole, bare = (networks.residual((12, 8, 3), blocks=blocks, seed=0)[0] for blocks in (3, 1))
    for own, other in zip(
        (whole.layers[1], whole.layers[-1]), (bare.layers[1], bare.layers[-1]), strict=True
    ):
        other.set_weights(own.get_weights())
    np.testing.assert_allclose(whole(images), bare(images), rtol=1e-5)
