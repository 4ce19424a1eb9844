"""One VAE: what the student is, and the teacher was."""

from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae.autoencoder.latent_read_in import LatentReadIn
from keras_lifelong_vae.latents import Latent
from keras_lifelong_vae.likelihoods import Likelihood
from keras_lifelong_vae.types import LatentCode, Posterior, Tensor


class Autoencoder(keras.layers.Layer):
    """Encoder, latent, read-in, decoder and likelihood of one VAE.

        x -> encoder -> q(z | x) -> z -> read-in -> decoder -> p(x | z)

    Args:
        encoder: Keras model from images to a vector of features.
        decoder: Keras model from a vector to one number per value of the event.
        latent: q(z | x) and p(z).
        likelihood: p(x | z).
        seed: Seed of the initial weights of the read-in.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        latent: Latent,
        likelihood: Likelihood,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.encoder = encoder
        self.decoder = decoder
        self.latent = latent
        self.likelihood = likelihood
        self.read_in = LatentReadIn(
            decoder.input_shape[-1],
            latent.latent_dim,
            latent.capacity,
            keras.initializers.GlorotUniform(None if seed is None else seed + 3),
            name="read_in",
        )

    def build(self, input_shape: Any) -> None:
        if not self.latent.built:
            self.latent.build(self.encoder.output_shape)
        if not self.likelihood.built:
            self.likelihood.build(self.decoder.output_shape)

    @property
    def learned_weights(self) -> list[keras.Variable]:
        """Those that training sets, or has set."""
        return self.trainable_weights

    def posterior(self, images: Tensor, training: bool = False) -> Posterior:
        """q(z | x) of `images`."""
        features = self.encoder(self.likelihood.normalize(images), training=training)
        return self.latent.posterior(features)

    def parameters(self, code: LatentCode, training: bool = False) -> Tensor:
        """What the likelihood needs to know of x at z, `(batch_size, *event_shape)`."""
        return self.decoder(self.read_in(code), training=training)

    def mean(self, code: LatentCode) -> Tensor:
        """E[x | z], `(batch_size, *event_shape)`."""
        return self.likelihood.mean(self.parameters(code))

    def sample(self, code: LatentCode, seed: Tensor) -> Tensor:
        """x ~ p(x | z), `(batch_size, *event_shape)`; `seed` is int64, one for each row."""
        parameters = self.parameters(code)

        def one(row: tuple[Tensor, Tensor]) -> Tensor:
            own, own_seed = row
            return self.likelihood.sample(own[None], tf.bitcast(own_seed, tf.int32))[0]

        # A loop over rows, so that a likelihood need not know of seeds of rows.
        dtype = self.likelihood.compute_dtype
        return tf.map_fn(one, (parameters, seed), fn_output_signature=dtype)

    def reconstruct(self, images: Tensor) -> Tensor:
        """E[x | z] at the mode of q(z | x): deterministic, `(batch_size, *event_shape)`."""
        return self.mean(self.latent.mode(self.posterior(images)))

    def grow(self, task_capacity: int) -> None:
        """Makes room for `task_capacity` tasks; what was learned stays where it is."""
        self.latent.grow(task_capacity)
        if self.latent.capacity:
            self.read_in.grow(self.latent.capacity)

    def copy(self, name: str) -> "Autoencoder":
        """An autoencoder of the same structure with weights of its own."""
        encoder, decoder = map(keras.models.clone_model, (self.encoder, self.decoder))
        latent, likelihood = (
            type(layer).from_config(layer.get_config()) for layer in (self.latent, self.likelihood)
        )
        other = type(self)(encoder, decoder, latent, likelihood, self.seed, name=name)
        other.build(None)
        return other

    def copy_weights_from(self, other: "Autoencoder") -> None:
        """Assigns every weight of `other`, active categories and temperature included."""
        for own, others in zip(self.weights, other.weights, strict=True):
            own.assign(others)

    def call(self, images: Tensor) -> Tensor:
        return self.reconstruct(images)
