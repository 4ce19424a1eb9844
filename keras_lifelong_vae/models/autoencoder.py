"""One VAE: what the student is, and the teacher was."""

from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae.layers import JointLatent, LatentReadIn
from keras_lifelong_vae.likelihoods import Likelihood
from keras_lifelong_vae.types import LatentCode, Posterior, Tensor


class Autoencoder(keras.layers.Layer):
    """Encoder, latent heads, read-in, decoder and likelihood of one VAE.

        x -> encoder -> q(z | x) -> z -> read-in -> decoder -> p(x | z)

    Args:
        encoder: Keras model from images to a vector of features.
        decoder: Keras model from a vector to one number per value of the event.
        likelihood: p(x | z).
        latent_dim: Number of dimensions of z_c.
        capacity: Number of categories there is room for.
        active_categories: How many of them are active at first.
        seed: Seed of the initial weights of heads and read-in.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        likelihood: Likelihood,
        latent_dim: int,
        capacity: int,
        active_categories: int,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder
        self.likelihood = likelihood
        self.latent = JointLatent(
            latent_dim,
            capacity,
            active_categories,
            kernel_initializer=keras.initializers.GlorotUniform(seed),
            seed=seed,
            name="latent",
        )
        self.read_in = LatentReadIn(
            decoder.input_shape[-1],
            capacity,
            kernel_initializer=keras.initializers.GlorotUniform(None if seed is None else seed + 3),
            name="read_in",
        )

    def build(self, input_shape: Any) -> None:
        capacity = self.latent.categorical.capacity
        self.latent.build(self.encoder.output_shape)
        self.read_in.build((None, self.latent.latent_dim), (None, capacity))
        if not self.likelihood.built:  # one from a file is
            self.likelihood.build(self.decoder.output_shape)
        for layer in (self.latent, self.read_in, self.likelihood):
            layer.built = True

    def posterior(self, images: Tensor, training: bool = False) -> Posterior:
        """q(z | x) of `images`."""
        return self.latent.posterior(self.encoder(images, training=training))

    def decode(self, code: LatentCode, training: bool = False) -> Tensor:
        """What the likelihood needs to know of x, `(batch_size, *event_shape)`."""
        return self.decoder(self.read_in(code.continuous, code.category), training=training)

    def reconstruct(self, images: Tensor) -> Tensor:
        """E[x | z] at the mode of q(z | x): deterministic, `(batch_size, *event_shape)`."""
        posterior = self.posterior(images)
        category = tf.one_hot(
            tf.argmax(posterior.logits, axis=-1), self.latent.categorical.capacity
        )
        return self.likelihood.mean(self.decode(LatentCode(posterior.gaussian.loc, category)))

    def images(self, code: LatentCode, seed: Tensor, sample_pixels: bool = False) -> Tensor:
        """x ~ p(x | z) if `sample_pixels`, else E[x | z]; `(batch_size, *event_shape)`."""
        decoded = self.decode(code)
        return (
            self.likelihood.sample(decoded, seed)
            if sample_pixels
            else self.likelihood.mean(decoded)
        )

    def grow(self, capacity: int) -> None:
        """Makes room for `capacity` categories; what was learned stays where it is."""
        self.latent.categorical.grow(capacity)
        self.read_in.grow(capacity)

    def copy_weights_from(self, other: "Autoencoder") -> None:
        """Assigns every weight of `other`, active categories and temperature included."""
        for own, others in zip(self.weights, other.weights, strict=True):
            own.assign(others)

    def call(self, images: Tensor) -> Tensor:
        return self.reconstruct(images)
