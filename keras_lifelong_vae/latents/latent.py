"""What every latent offers: q(z | x), p(z) and the mathematics between them."""

from collections.abc import Iterator, Mapping
from typing import Any

import keras
import tensorflow as tf

from keras_lifelong_vae import finite, noise
from keras_lifelong_vae.checks import check_positive_int
from keras_lifelong_vae.latents.gaussian_latent import GaussianLatent
from keras_lifelong_vae.latents.relaxed_categorical_latent import RelaxedCategoricalLatent
from keras_lifelong_vae.types import GaussianParameters, LatentCode, Posterior, Tensor


class Latent(keras.layers.Layer):
    """Independent heads on the same features: Gaussian blocks and, if any, one categorical.

        q(z | x) = q(z_d | x) prod_b q(z_b | x),    p(z) = p(z_d) prod_b p(z_b)

    z_c is the concatenation of all z_b. A subclass calls `super().__init__` with its heads and
    passes on `**kwargs`; arguments of its own it adds to `get_config`. To change a prior or a
    posterior, change the head that owns it.

    Args:
        blocks: Gaussian heads by name, at least one; the name is used in logs, `kl_NAME`.
        categorical: The head of z_d; `None` for a latent without one.
        categories_per_task: Categories of z_d that become active with each task.
        task_capacity: Tasks to allocate room for. When it runs out it doubles at the next
            rollover, all weights kept.
        seed: Seed of the layer's own noise.

    Call arguments:
        features: `(batch_size, num_features)`.
        training: Whether z_d is relaxed (with a gradient) or hard.

    Output:
        `(LatentCode, Posterior)`.

    Example:

    ```python
    @keras.saving.register_keras_serializable("mine")
    class GaussianOnly(klv.latents.Latent):
        def __init__(self, **kwargs):
            super().__init__({"gaussian": klv.latents.GaussianLatent(8)}, **kwargs)
    ```
    """

    def __init__(
        self,
        blocks: Mapping[str, GaussianLatent],
        categorical: RelaxedCategoricalLatent | None = None,
        categories_per_task: int = 1,
        task_capacity: int = 16,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        if not blocks:
            raise ValueError("`blocks` must hold at least one Gaussian head, received none.")
        self.blocks = dict(blocks)
        self.categorical: Any = categorical
        self.categories_per_task = check_positive_int(categories_per_task, "categories_per_task")
        self.task_capacity = check_positive_int(task_capacity, "task_capacity")
        self.latent_dim = sum(block.latent_dim for block in blocks.values())
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    @property
    def capacity(self) -> int:
        """How many categories there is room for; 0 without a categorical head."""
        return 0 if self.categorical is None else self.categorical.capacity

    @property
    def heads(self) -> dict[str, keras.layers.Layer]:
        """All heads by name, the last one "categorical" if there is one."""
        return dict(self.blocks) | ({"categorical": self.categorical} if self.categorical else {})

    def build(self, input_shape: Any) -> None:
        for head in self.heads.values():
            if not head.built:
                head.build(input_shape)

    def begin_step(
        self, present_task: Tensor, finished_tasks: Tensor, training_steps: Tensor
    ) -> None:
        """Called as each training step begins: the present task's categories become active.

        Args:
            present_task: Number of the task, from 0; one of the finished ones if it has come back.
            finished_tasks: How many were finished.
            training_steps: How many steps there were before.
        """
        if self.categorical is not None:
            tasks = tf.maximum(finished_tasks, present_task + 1)
            self.categorical.active_categories.assign(self.categories_per_task * tasks)
            later = self.categories_per_task * (tasks - present_task - 1)
            self.categorical.later_categories.assign(later)

    def posterior(self, features: Tensor) -> Posterior:
        """q(z | x) for `features` `(batch_size, num_features)`."""
        parts = [block.posterior(features) for block in self.blocks.values()]
        if self.categorical is None:
            logits = tf.zeros_like(parts[0].loc[:, :0])
        else:
            logits = self.categorical.posterior(features)
        gaussian = GaussianParameters(*map(_joined, zip(*parts, strict=True)))
        return Posterior(gaussian, logits)

    def sample(self, posterior: Posterior, seed: Tensor, training: bool = False) -> LatentCode:
        """One z per row of `posterior`; z_d relaxed if `training`, hard otherwise."""
        *seeds, last_seed = noise.split(seed, len(self.blocks) + 1)
        own = zip(self.blocks.values(), self._split(posterior.gaussian), seeds, strict=True)
        parts = [block.sample(gaussian, one) for block, gaussian, one in own]
        if self.categorical is None:
            return LatentCode(_joined(parts), posterior.logits)
        discrete = self.categorical.sample(posterior.logits, last_seed, training)
        return LatentCode(_joined(parts), discrete)

    def sample_prior(self, num_samples: Tensor, seed: Tensor) -> LatentCode:
        """`num_samples` draws of z ~ p(z), z_d hard."""
        *seeds, last_seed = noise.split(seed, len(self.blocks) + 1)
        pairs = zip(self.blocks.values(), seeds, strict=True)
        continuous = _joined([block.sample_prior(num_samples, one) for block, one in pairs])
        if self.categorical is None:
            return LatentCode(continuous, tf.zeros((num_samples, 0), continuous.dtype))
        return LatentCode(continuous, self.categorical.sample_prior(num_samples, last_seed))

    def mode(self, posterior: Posterior) -> LatentCode:
        """The most probable z of each row."""
        if self.categorical is None:
            return LatentCode(posterior.gaussian.loc, posterior.logits)
        index = tf.argmax(posterior.logits, axis=-1)
        one_hot = tf.one_hot(index, self.capacity, dtype=posterior.logits.dtype)
        return LatentCode(posterior.gaussian.loc, one_hot)

    def kl(self, first: Posterior, second: Posterior) -> dict[str, Tensor]:
        """KL(first || second) by head, nats per example, each `(batch_size,)`."""
        own = zip(
            self.blocks.items(),
            self._split(first.gaussian),
            self._split(second.gaussian),
            strict=True,
        )
        found = {name: block.kl(*pair) for (name, block), *pair in own}
        if self.categorical is not None:
            found["categorical"] = self.categorical.kl(first.logits, second.logits)
        return found

    def kl_to_prior(
        self, posterior: Posterior, code: LatentCode, of_present_task: Tensor | None = None
    ) -> dict[str, Tensor]:
        """KL(q(z | x) || p(z)) by head, nats per example, each `(batch_size,)`.

        Args:
            posterior: q(z | x).
            code: z ~ q(z | x), for a prior whose KL is estimated there.
            of_present_task: bool `(batch_size,)`, rows that are known to be of the present task,
                so that p(z_d) is uniform over its categories; over all active ones if `None`.
        """
        blocks = self._with_own(posterior.gaussian, code)
        found = {name: block.kl_to_prior(own, z) for name, block, own, z in blocks}
        if self.categorical is not None:
            logits = self.categorical.prior_logits()
            if of_present_task is not None:
                own_logits = self.categorical.task_prior_logits(self.categories_per_task)
                logits = tf.where(of_present_task[:, None], own_logits, logits)
            found["categorical"] = self.categorical.kl(posterior.logits, logits)
        return found

    def log_prior(self, code: LatentCode) -> Tensor:
        """log p(z) at a z with a hard z_d, nats per example, `(batch_size,)`."""
        parts = zip(self.blocks.values(), self._split_one(code.continuous), strict=True)
        total = tf.add_n([block.log_prior(z) for block, z in parts])
        if self.categorical is not None:
            total += self.categorical.log_prior(code.discrete)
        return total

    def log_ratio(self, code: LatentCode, posterior: Posterior) -> Tensor:
        """log p(z) - log q(z | x) at a z with a hard z_d, nats per example, `(batch_size,)`."""
        total = tf.zeros_like(finite.wide(code.continuous)[:, 0])
        for _, block, own, z in self._with_own(posterior.gaussian, code):
            total += block.log_prior(z) - block.log_posterior(z, own)
        if self.categorical is not None:
            total += self.categorical.log_ratio(code.discrete, posterior.logits)
        return total

    def grow(self, task_capacity: int) -> None:
        """Makes room for `task_capacity` tasks; what was learned stays where it is."""
        if self.categorical is not None:
            self.categorical.grow(task_capacity * self.categories_per_task)
        self.task_capacity = task_capacity

    def call(self, features: Tensor, training: bool | None = None) -> tuple[LatentCode, Posterior]:
        posterior = self.posterior(features)
        seed = noise.next_seed(self.seed_generator)
        return self.sample(posterior, seed, bool(training)), posterior

    def _split(self, gaussian: GaussianParameters) -> list[GaussianParameters]:
        parts = zip(*(self._split_one(parameter) for parameter in gaussian), strict=True)
        return [GaussianParameters(*part) for part in parts]

    def _with_own(
        self, gaussian: GaussianParameters, code: LatentCode
    ) -> Iterator[tuple[str, GaussianLatent, GaussianParameters, Tensor]]:
        """Each block's name, the block, its q(z_b | x) and its z_b."""
        parts, codes = self._split(gaussian), self._split_one(code.continuous)
        return zip(self.blocks, self.blocks.values(), parts, codes, strict=True)

    def _split_one(self, values: Tensor) -> list[Tensor]:
        if len(self.blocks) == 1:
            return [values]
        return tf.split(values, [block.latent_dim for block in self.blocks.values()], axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "categories_per_task": self.categories_per_task,
            "task_capacity": self.task_capacity,
            "seed": self.seed,
        }


def _joined(parts: Any) -> Tensor:
    return parts[0] if len(parts) == 1 else tf.concat(parts, axis=-1)
