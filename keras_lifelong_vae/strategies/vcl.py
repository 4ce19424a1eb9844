"""Variational continual learning: the last posterior over the weights is the next prior."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae.checks import check_non_negative, check_positive_int
from keras_lifelong_vae.latents.divergences import gaussian_kl
from keras_lifelong_vae.lifelong_vae import LifelongVAE
from keras_lifelong_vae.registration import register
from keras_lifelong_vae.tasks import TaskSequence
from keras_lifelong_vae.terms import Step
from keras_lifelong_vae.terms.ewc import weight_pairs
from keras_lifelong_vae.terms.weight_statistics import WeightStatistics
from keras_lifelong_vae.types import GaussianParameters, Tensor


@register
class VCLVAE(LifelongVAE):
    """A VAE without replay whose weights w have a mean-field Gaussian posterior, q_t(w).

        E_{w ~ q_t} [-ELBO(x; w)] + weight_kl / images_per_task * KL(q_t(w) || q_{t-1}(w))

    with q_0(w) = N(0, I). This is streaming variational Bayes, whose update is

        q_t(w) = A(D_t, q_{t-1}(w)),    A(D, p) approximates p(w) p(D | w) / Z

    with A(D, p) = argmin_q KL(q(w) || p(w) p(D | w) / Z) over diagonal Gaussians, where p(D | w) is
    bounded from below by exp(sum_x ELBO(x; w)): its minimum is that of the loss above. One w is
    drawn for each batch. What is evaluated, encoded with, exported and generated from is the VAE at
    the mean of q_t(w), so -ELBO is a bound as for all others.

    The original gives each task an encoder and an output head of its own, which the article on
    lifelong generative modeling objects to: memory grows with the tasks, and one must know the
    task of an image to encode it. Here all weights are shared and all are Gaussian, encoder
    included, so that memory is fixed; it has more to protect that way.

    Args:
        event_shape: Shape of one image.
        images_per_task: How many training images a task has, by which the KL of the weights is
            divided.
        initial_scale: Standard deviation of q(w) at the beginning, greater than 0.
        weight_kl: Weight of that KL; 1 is Bayes' rule, less tempers it.
        **kwargs: Of `LifelongVAE`; without replay unless they say so.

    References: Nguyen et al., "Variational Continual Learning", 2018; Broderick et al., "Streaming
    Variational Bayes", 2013, equation 3 (the update).
    """

    def __init__(
        self,
        event_shape: Sequence[int],
        images_per_task: int,
        initial_scale: float = 0.01,
        weight_kl: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **{"replay": None, **kwargs})
        self.images_per_task = check_positive_int(images_per_task, "images_per_task")
        if not 0 < initial_scale < float("inf"):
            raise ValueError(
                f"`initial_scale` must be a number greater than 0, received {initial_scale!r}."
            )
        self.initial_scale = initial_scale
        self.weight_kl = check_non_negative(weight_kl, "weight_kl")
        log_var = 2.0 * float(np.log(initial_scale))
        self.log_vars = WeightStatistics(self._locs(), log_var, trainable=True, name="log_vars")
        self.prior_log_vars = WeightStatistics(self._locs(), 0.0, name="prior_log_vars")

    def _locs(self) -> list[keras.Variable]:
        return [own for own, _ in weight_pairs(self)]

    def batch_loss(self, step: Step) -> tuple[Tensor, dict[str, Tensor]]:
        with keras.StatelessScope(state_mapping=self._draw_weights(step.seed)) as scope:
            loss, logs = super().batch_loss(step)
        for state in self.student.non_trainable_variables:  # of dropout, of batch normalization
            new = scope.get_current_value(state)
            if new is not None:
                state.assign(new)
        share = self.weight_kl / self.images_per_task
        return loss + share * self._divergence_of_weights(), logs

    def _draw_weights(self, seed: Tensor) -> list[tuple[keras.Variable, Tensor]]:
        """w ~ q(w) beside the variables that w takes the place of."""
        drawn = []
        for i, (loc, log_var) in enumerate(zip(self._locs(), self.log_vars.values, strict=True)):
            noise = tf.random.stateless_normal(loc.shape, seed + tf.constant([i + 1, 0]))
            drawn.append((loc, loc + tf.exp(0.5 * log_var) * noise))
        return drawn

    def _divergence_of_weights(self) -> Tensor:
        """KL(q_t(w) || q_{t-1}(w)), nats."""
        later = tf.cast(self.finished_tasks > 0, tf.float32)  # q_0(w) has mean 0
        parts = []
        for (own, before), log_var, prior_log_var in zip(
            weight_pairs(self), self.log_vars.values, self.prior_log_vars.values, strict=True
        ):
            posterior = GaussianParameters(_row(own), _row(log_var))
            prior = GaussianParameters(_row(later * before), _row(prior_log_var))
            parts.append(tf.reduce_sum(gaussian_kl(posterior, prior)))
        return tf.add_n(parts)

    def rollover_teacher(self) -> None:
        super().rollover_teacher()
        self.prior_log_vars.assign(self.log_vars.values)

    def _grow_parts(self, task_capacity: int) -> None:
        super()._grow_parts(task_capacity)
        for part in (self.log_vars, self.prior_log_vars):
            part.grow(self._locs())

    def get_config(self) -> dict[str, Any]:
        own = ("images_per_task", "initial_scale", "weight_kl")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}


def _row(weight: Any) -> Tensor:
    return tf.reshape(tf.convert_to_tensor(weight), (1, -1))


def images_per_task(tasks: TaskSequence, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """How many training images a task has on average."""
    numbers = [task.num_train or 0 for task in tasks]
    mean = max(1, sum(numbers) // len(numbers))
    return {"images_per_task": options.get("images_per_task", mean)}
