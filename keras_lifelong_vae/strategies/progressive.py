"""Progressive neural networks: a new column for each task reads the frozen earlier ones."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae.autoencoder import Autoencoder
from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.latents import JointLatent, Latent
from keras_lifelong_vae.latents.relaxed_categorical_latent import INACTIVE_LOGIT
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.likelihoods import Likelihood
from keras_lifelong_vae.networks.columns import Columns
from keras_lifelong_vae.networks.initializers import seeded_initializers
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.terms import KL, Reconstruction
from keras_lifelong_vae.types import GaussianParameters, LatentCode, Posterior, Tensor
from keras_lifelong_vae.variables import number_in

ELBO = (KL, Reconstruction)
FIXED = {"replay": None, "network": "dense", "latent": None, "categories_per_task": 1}


class ProgressiveAutoencoder(Autoencoder):
    """A column of encoder, Gaussian head and decoder for each task; see `ProgressiveVAE`."""

    def __init__(
        self,
        event_shape: tuple[int, ...],
        units: Sequence[int],
        adapter_units: int,
        latent: Latent,
        likelihood: Likelihood,
        seed: int | None,
    ) -> None:
        keras.layers.Layer.__init__(self, name="student")  # no networks and no read-in
        self.event_shape, self.latent, self.likelihood = event_shape, latent, likelihood
        size, latent_dim = math.prod(event_shape), latent.latent_dim
        self.encoder = Columns((size, *units, 2 * latent_dim), adapter_units, name="encoder")
        self.decoder = Columns((latent_dim, *reversed(units), size), adapter_units, name="decoder")
        self._initializers = seeded_initializers(seed)
        self._add_columns()

    def build(self, input_shape: Any) -> None:
        self.latent.build((None, 0))  # it projects nothing: each column has a head of its own
        self.latent.trainable = False
        if not self.likelihood.built:
            self.likelihood.build(input_shape)

    def _add_columns(self) -> None:
        while len(self.encoder.columns) < self.latent.task_capacity:
            self.likelihood.trainable = not self.encoder.columns  # all columns share its scale
            for part in (self.encoder, self.decoder):
                part.add(self._initializers)

    def grow(self, task_capacity: int) -> None:
        self.latent.grow(task_capacity)
        self._add_columns()

    @property
    def learned_weights(self) -> list[keras.Variable]:
        begun = number_in(self.latent.heads["categorical"].active_categories)
        columns = [*self.encoder.columns[:begun], *self.decoder.columns[:begun]]
        return [weight for layer in (*columns, self.likelihood) for weight in layer.weights]

    def posterior(self, images: Tensor, training: bool = False) -> Posterior:
        inputs = tf.reshape(self.likelihood.normalize(images), (-1, math.prod(self.event_shape)))
        outputs = [tf.cast(one, self.latent.compute_dtype) for one in self.encoder(inputs)]
        heads = [GaussianParameters(*tf.split(one, 2, axis=-1)) for one in outputs]
        if training:
            present = tf.fill(tf.shape(inputs)[:1], len(heads) - 1)
            return Posterior(heads[-1], self._logits(present))
        fits = [self._fit(images, head, number) for number, head in enumerate(heads)]
        possible = tf.stack(fits, axis=1) + self.latent.heads["categorical"].prior_logits()
        best = tf.argmax(possible, axis=1, output_type=tf.int32)
        of_best = tf.gather(tf.stack(outputs, axis=1), best, batch_dims=1)
        return Posterior(GaussianParameters(*tf.split(of_best, 2, axis=-1)), self._logits(best))

    def _fit(self, images: Tensor, head: GaussianParameters, number: int) -> Tensor:
        """log p(x | z) - KL(q(z_c | x) || p(z_c)) of a column at the mode of its q(z_c | x)."""
        values = self._event(self.decoder(head.loc, number=number + 1)[-1])
        divergence = self.latent.blocks["gaussian"].kl_to_prior(head, head.loc)
        return self.likelihood.log_prob(images, values) - divergence

    def _logits(self, column: Tensor) -> Tensor:
        return tf.one_hot(column, self.latent.capacity, 0.0, INACTIVE_LOGIT)

    def parameters(self, code: LatentCode, training: bool = False) -> Tensor:
        outputs = self.decoder(code.continuous)
        if training:
            return self._event(outputs[-1])
        column, values = tf.argmax(code.discrete, axis=-1)[:, None], outputs[0]
        for number, output in enumerate(outputs):
            values = tf.where(column == number, output, values)
        return self._event(values)

    def _event(self, values: Tensor) -> Tensor:
        return tf.reshape(values, (-1, *self.event_shape))


@register
class ProgressiveVAE(LifelongVAE):
    """A VAE with a column of its own for each task: nothing is forgotten, and memory grows.

    A column is encoder, Gaussian head and decoder. Its layers also read those of the earlier
    columns, which are frozen. z_d is the column. In training it is known, as the task is.
    Afterwards nobody says of which task an image is: q(z_d | x) is 1 for the column k with the
    largest log p(x | z_c, k) - KL(q_k(z_c | x) || p(z_c)) at the mode of q_k(z_c | x). No noise
    decides that, so -ELBO is a bound as for all others, with KL(q(z_d | x) || p(z_d)) = ln(active).

    A rollover adds the column of the next task, and the steps are traced again. A scale that the
    likelihood learns is shared by all columns, so it is frozen with the first one. The original
    also scales each earlier column by a learned number, which is left to V here.

    Args:
        event_shape: Shape of one image.
        latent_dim: Dimensions of z_c, 14 if `None`.
        units: Widths of the encoder's hidden layers; the decoder's are the reverse.
        adapter_units: To how many numbers a layer reduces what it reads of all earlier columns.
        num_columns: How many columns there are, frozen ones included, in a model to be loaded.
        **kwargs: Of `LifelongVAE`, but no replay, network, latent or terms besides -ELBO.

    Reference: Rusu et al., "Progressive Neural Networks", 2016.
    """

    def __init__(
        self,
        event_shape: Sequence[int],
        latent_dim: int | None = None,
        units: Sequence[int] = (512, 512),
        adapter_units: int = 64,
        num_columns: int = 1,
        **kwargs: Any,
    ) -> None:
        others = [term for term in kwargs.get("terms") or () if not isinstance(term, ELBO)]
        given = {"terms": others or None, **{name: kwargs.pop(name, None) for name in FIXED}}
        for name, received in given.items():
            if received not in (None, FIXED.get(name)):
                raise ValueError(
                    f"`{name}` must be {FIXED.get(name)!r} with a column for each task, "
                    f"received {received!r}."
                )
        self.units = tuple(check_positive_int(width, "units") for width in units)
        self.adapter_units = check_positive_int(adapter_units, "adapter_units")
        latent_dim = 14 if latent_dim is None else latent_dim
        latent = JointLatent(latent_dim, 1, num_columns, seed=kwargs.get("seed"), name="latent")
        super().__init__(event_shape, latent=latent, replay=None, **kwargs)

    def build_student(self, latent: Latent, network: Any, likelihood: Likelihood) -> Autoencoder:
        sizes = (self.event_shape, self.units, self.adapter_units)
        return ProgressiveAutoencoder(*sizes, latent, likelihood, self.seed)

    def build_teacher(self) -> None:
        """None: what was learned stays where it is."""

    def count_parameters(self) -> int:
        """How many numbers the columns begun so far hold."""
        return sum(math.prod(weight.shape) for weight in self.student.learned_weights)

    def grow(self, task_capacity: int) -> None:
        """One column at a time, however much room is asked for."""
        super().grow(self.student.latent.task_capacity + 1)

    def get_config(self) -> dict[str, Any]:
        config = {name: one for name, one in super().get_config().items() if name not in FIXED}
        own = {name: getattr(self, name) for name in ("latent_dim", "units", "adapter_units")}
        return {**config, **own, "num_columns": self.student.latent.task_capacity}
