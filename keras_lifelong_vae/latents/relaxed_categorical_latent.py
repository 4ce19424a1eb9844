"""The discrete latent head, q(z_d | x) = Cat(softmax(logits)), relaxed while training."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae import distributions as tfd
from keras_lifelong_vae import finite, noise
from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.growing_weights import GrowingWeights
from keras_lifelong_vae.latents.divergences import categorical_kl
from keras_lifelong_vae.latents.inverse_cdf import draw_index
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import Tensor

OTHER_TASKS_SHARE = 1e-3
INACTIVE_LOGIT = -1e9  # exp underflows to exactly 0, and 0 * INACTIVE_LOGIT is still 0


@register
class RelaxedCategoricalLatent(keras.layers.Layer):
    """Maps features to category logits and draws (relaxed) one-hot vectors.

        training:  z = softmax((logits + g) / temperature),  g ~ Gumbel(0, 1)
        otherwise: z = one_hot(k),  k ~ Cat(softmax(logits))

    Room for `capacity` categories is allocated ahead. The first `active_categories` of them
    take part; the others have probability exactly 0, so that activating one more assigns a
    variable and changes no shape.

    Args:
        capacity: Number of categories there is room for.
        active_categories: How many of them are active at first; all if `None`.
        temperature: Initial temperature of the relaxation. The weight `temperature` can be
            assigned at any time.
        kernel_initializer: Initializer of the projection to logits.
        seed: Seed of the layer's own noise.

    Call arguments:
        features: `(batch_size, num_features)`.
        training: Whether to draw relaxed samples (with a gradient) or hard ones.

    Output:
        `(z, logits)`, each `(batch_size, capacity)`.

    Example:

    ```python
    z, logits = RelaxedCategoricalLatent(10)(features, training=True)
    ```

    References: Jang et al., "Categorical Reparameterization with Gumbel-Softmax", 2017;
    Maddison et al., "The Concrete Distribution", 2017.
    """

    def __init__(
        self,
        capacity: int,
        active_categories: int | None = None,
        temperature: float = 1.0,
        kernel_initializer: Any = "glorot_uniform",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        self.capacity = check_positive_int(capacity, "capacity")
        initially = capacity if active_categories is None else active_categories
        if check_positive_int(initially, "active_categories") > capacity:
            raise ValueError(
                f"`active_categories` must be at most `capacity` ({capacity}), "
                f"received {active_categories}."
            )
        if not temperature > 0:
            raise ValueError(f"`temperature` must be greater than 0, received {temperature!r}.")
        self.initially_active = initially
        self.initial_temperature = temperature
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        kernel = self.kernel_initializer((input_shape[-1], self.capacity))
        bias = np.zeros(self.capacity, "float32")
        self.projection = GrowingWeights(
            {"kernel": kernel, "bias": bias}, dtype=self.dtype_policy, name="projection"
        )
        self.active_categories = self.add_weight(
            shape=(),
            dtype="int32",
            initializer=keras.initializers.Constant(self.initially_active),
            trainable=False,
            name="active_categories",
        )
        self.later_categories = self.add_weight(  # active ones after the present task's
            shape=(), dtype="int32", initializer="zeros", trainable=False, name="later_categories"
        )
        self.temperature = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(self.initial_temperature),
            trainable=False,
            name="temperature",
        )

    def posterior(self, features: Tensor) -> Tensor:
        """Logits of q(z_d | x), `(batch_size, capacity)`."""
        kernel, bias = (
            tf.cast(tf.convert_to_tensor(weight), self.compute_dtype)
            for weight in (self.projection.kernel, self.projection.bias)
        )
        return self.mask(tf.matmul(tf.cast(features, self.compute_dtype), kernel) + bias)

    def prior_logits(self) -> Tensor:
        """Logits of p(z_d), uniform over the active categories, `(capacity,)`."""
        return self.mask(tf.zeros((self.capacity,), self.compute_dtype))

    def task_prior_logits(self, num_categories: int) -> Tensor:
        """Logits of p(z_d | task), `(capacity,)`: the `num_categories` of the present task.

        All other active categories share `OTHER_TASKS_SHARE`, so that KL(q || p) stays finite.
        """
        own = self.is_of_present_task(num_categories)
        active = tf.cast(tf.convert_to_tensor(self.active_categories), tf.float32)
        own_share = (1.0 - OTHER_TASKS_SHARE) / num_categories
        shares = OTHER_TASKS_SHARE / active + tf.where(own, own_share, 0.0)
        return self.mask(tf.cast(tf.math.log(shares), self.compute_dtype))

    def is_of_present_task(self, num_categories: int) -> Tensor:
        """Which are its `num_categories`, bool `(capacity,)`.

        The last active ones, unless it is a task that has come back.
        """
        number, active = tf.range(self.capacity), tf.convert_to_tensor(self.active_categories)
        end = active - tf.convert_to_tensor(self.later_categories)
        return (number >= end - num_categories) & (number < end)

    def mask(self, logits: Tensor) -> Tensor:
        """`logits` with the categories that are not active ruled out."""
        active = tf.range(self.capacity) < tf.convert_to_tensor(self.active_categories)
        lowest = max(INACTIVE_LOGIT, float(logits.dtype.min) / 2)  # finite in float16, too
        return tf.where(active, logits, tf.constant(lowest, logits.dtype))

    def sample(self, logits: Tensor, seed: Tensor, training: bool = False) -> Tensor:
        """One z_d per row: relaxed if `training`, which takes a seed of the batch; else hard."""
        if training:
            # In float32: Gumbel noise needs it, and its logarithms don't exist in bfloat16.
            temperature = tf.cast(tf.convert_to_tensor(self.temperature), tf.float32)
            relaxed = tfd.RelaxedOneHotCategorical(temperature, tf.cast(logits, tf.float32))
            return tf.cast(relaxed.sample(seed=tf.cast(seed, tf.int32)), logits.dtype)
        index = draw_index(tf.nn.softmax(logits), seed)
        return tf.one_hot(index, self.capacity, dtype=logits.dtype)

    def sample_prior(self, num_samples: Tensor, seed: Tensor) -> Tensor:
        """z_d ~ p(z_d), hard, `(num_samples, capacity)`."""
        logits = tf.broadcast_to(self.prior_logits(), (num_samples, self.capacity))
        return self.sample(logits, seed)

    def kl(self, first: Tensor, second: Tensor) -> Tensor:
        """KL(Cat(first) || Cat(second)) of logits, nats per example, `(batch_size,)`."""
        return categorical_kl(first, second)

    def log_prior(self, one_hot: Tensor) -> Tensor:
        """log p(z_d) at a hard z_d, nats, `(batch_size,)`."""
        log_probs = tf.nn.log_softmax(finite.wide(self.prior_logits()))
        return tf.gather(log_probs, tf.argmax(one_hot, axis=-1))

    def log_ratio(self, one_hot: Tensor, logits: Tensor) -> Tensor:
        """log p(z_d) - log q(z_d | x) at a hard z_d, nats, `(batch_size,)`."""
        logits = finite.wide(logits)
        prior = tf.broadcast_to(finite.wide(self.prior_logits()), tf.shape(logits))
        difference = tf.nn.log_softmax(prior) - tf.nn.log_softmax(logits)
        index = tf.argmax(one_hot, axis=-1)
        return tf.gather(difference, index, batch_dims=1)

    def grow(self, capacity: int) -> None:
        """Makes room for `capacity` categories; what was learned stays where it is.

        Raises:
            ValueError: If `capacity` is not larger than the present one.
        """
        added = capacity - self.capacity
        if added < 1:
            raise ValueError(f"`capacity` must exceed {self.capacity}, received {capacity}.")
        kernel, bias = self.projection.kernel.numpy(), self.projection.bias.numpy()
        columns = np.asarray(self.kernel_initializer((kernel.shape[0], capacity)))[:, -added:]
        kernel = np.concatenate([kernel, columns], axis=1)
        self.projection.replace({"kernel": kernel, "bias": np.pad(bias, (0, added))})
        self.capacity = capacity

    def call(self, features: Tensor, training: bool | None = None) -> tuple[Tensor, Tensor]:
        logits = self.posterior(features)
        seed = noise.next_seed(self.seed_generator)
        return self.sample(logits, seed, bool(training)), logits

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, Any]:
        shape = (*input_shape[:-1], self.capacity)
        return shape, shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "capacity": self.capacity,
            "active_categories": self.initially_active,
            "temperature": self.initial_temperature,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "seed": self.seed,
        }
