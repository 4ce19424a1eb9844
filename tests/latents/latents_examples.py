"""A latent of a user's own, for the tests."""

import keras

from keras_lifelong_vae.latents import GaussianLatent, Latent


@keras.saving.register_keras_serializable("tests")
class TwoBlocks(Latent):
    """Two Gaussian heads and no categories."""

    def __init__(self, **kwargs):
        super().__init__({"style": GaussianLatent(2), "place": GaussianLatent(3)}, **kwargs)
