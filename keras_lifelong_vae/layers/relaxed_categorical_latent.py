"""The discrete latent head, q(z_d | x) = Cat(softmax(logits)), relaxed while training."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.layers.growth import replace_weight
from keras_lifelong_vae.layers.inverse_cdf import draw_index
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.types import Tensor

tfd = tfp.distributions

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

    Returns:
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
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.capacity),
            initializer=self.kernel_initializer,
            name="kernel",
        )
        self.bias = self.add_weight(shape=(self.capacity,), initializer="zeros", name="bias")
        self.active_categories = self.add_weight(
            shape=(),
            dtype="int32",
            initializer=keras.initializers.Constant(self.initially_active),
            trainable=False,
            name="active_categories",
        )
        self.temperature = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(self.initial_temperature),
            trainable=False,
            name="temperature",
        )

    def posterior(self, features: Tensor) -> Tensor:
        """Logits of q(z_d | x), `(batch_size, capacity)`."""
        return self.mask(tf.matmul(tf.cast(features, self.compute_dtype), self.kernel) + self.bias)

    def prior_logits(self) -> Tensor:
        """Logits of p(z_d), uniform over the active categories, `(capacity,)`."""
        return self.mask(tf.zeros((self.capacity,), self.compute_dtype))

    def task_prior_logits(self, num_categories: int) -> Tensor:
        """Logits of p(z_d | task), `(capacity,)`: the last `num_categories` active ones.

        All other active categories share `OTHER_TASKS_SHARE`, so that KL(q || p) stays finite.
        """
        own = self.is_of_last_task(num_categories)
        active = tf.cast(tf.convert_to_tensor(self.active_categories), tf.float32)
        all_share = tf.cast(OTHER_TASKS_SHARE / active, self.compute_dtype)
        own_share = (1.0 - OTHER_TASKS_SHARE) / num_categories
        return self.mask(tf.math.log(all_share + tf.where(own, own_share, 0.0)))

    def is_of_last_task(self, num_categories: int) -> Tensor:
        """Which are the last `num_categories` active ones, bool `(capacity,)`."""
        number, active = tf.range(self.capacity), tf.convert_to_tensor(self.active_categories)
        return (number >= active - num_categories) & (number < active)

    def mask(self, logits: Tensor) -> Tensor:
        """`logits` with the categories that are not active ruled out."""
        active = tf.range(self.capacity) < tf.convert_to_tensor(self.active_categories)
        return tf.where(active, logits, tf.constant(INACTIVE_LOGIT, logits.dtype))

    def sample(self, logits: Tensor, seed: Tensor, training: bool = False) -> Tensor:
        """One z_d per row of `logits`; `seed` has shape `(2,)`."""
        seed = tf.cast(seed, tf.int32)
        if training:
            temperature = tf.convert_to_tensor(self.temperature)
            return tfd.RelaxedOneHotCategorical(temperature, logits=logits).sample(seed=seed)
        index = draw_index(tf.nn.softmax(logits), seed)
        return tf.one_hot(index, self.capacity, dtype=logits.dtype)

    def grow(self, capacity: int) -> None:
        """Makes room for `capacity` categories; what was learned stays where it is.

        Raises:
            ValueError: If `capacity` is not larger than the present one.
        """
        added = capacity - self.capacity
        if added < 1:
            raise ValueError(f"`capacity` must exceed {self.capacity}, received {capacity}.")
        kernel, bias = self.kernel.numpy(), self.bias.numpy()
        columns = np.asarray(self.kernel_initializer((kernel.shape[0], capacity)))[:, -added:]
        replace_weight(self, "kernel", np.concatenate([kernel, columns], axis=1))
        replace_weight(self, "bias", np.concatenate([bias, np.zeros(added, bias.dtype)]))
        self.capacity = capacity

    def call(self, features: Tensor, training: bool | None = None) -> tuple[Tensor, Tensor]:
        logits = self.posterior(features)
        return self.sample(logits, self.seed_generator.next(), bool(training)), logits

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
