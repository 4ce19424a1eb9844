"""The diagonal Fisher information of a model's weights."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from keras_lifelong_vae.types import Tensor

MAX_GRADIENT = 1e12  # so that its square, times what a penalty squares, is a float32


def fisher_function(
    loss: Callable[[Tensor, Tensor], Tensor], weights: Sequence[Any]
) -> Callable[[Any], list[Tensor]]:
    """Makes the function from examples `(n, *event_shape)` to the diagonal Fisher information.

        F_i = 1/n sum_x (d loss(x) / d w_i)^2

    The gradient of each example is squared by itself. The square of a batch's mean gradient would
    be smaller by up to the batch size, and is not the Fisher information.

    Args:
        loss: Of one example `event_shape` and its number, a scalar: -log-likelihood or a bound.
        weights: Variables that the loss depends on; a tensor of the shape of each is returned.

    Raises:
        ValueError: By the function, if there are no examples.
    """

    @tf.function(reduce_retracing=True)
    def sum_of_squares(examples: Tensor) -> list[Tensor]:
        def add(i: Tensor, sums: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
            with tf.GradientTape() as tape:
                value = loss(examples[i], i)
            gradients = tape.gradient(value, weights, unconnected_gradients="zero")
            held = [tf.clip_by_value(one, -MAX_GRADIENT, MAX_GRADIENT) for one in gradients]
            return i + 1, [total + tf.square(one) for total, one in zip(sums, held, strict=True)]

        zeros = [tf.zeros(weight.shape) for weight in weights]
        number = tf.shape(examples)[0]
        return tf.while_loop(lambda i, _: i < number, add, [tf.constant(0), zeros])[1]

    def diagonal_fisher(examples: Any) -> list[Tensor]:
        if not len(examples):
            raise ValueError("`examples` must hold at least one example, received none.")
        sums = sum_of_squares(tf.convert_to_tensor(examples))
        return [total / len(examples) for total in sums]

    return diagonal_fisher
