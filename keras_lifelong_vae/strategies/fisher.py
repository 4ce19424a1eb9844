"""The diagonal Fisher information of a model's weights."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from keras_lifelong_vae.types import Tensor


def diagonal_fisher(
    loss: Callable[[Tensor, Tensor], Tensor], weights: Sequence[Any], examples: Tensor
) -> list[Tensor]:
    """F_i = 1/n sum_x (d loss(x) / d w_i)^2, the gradient of each example squared by itself.

    The square of a batch's mean gradient would be smaller by up to the batch size and is not the
    Fisher information.

    Args:
        loss: Of one example `event_shape` and its number, a scalar: -log-likelihood or a bound.
        weights: Variables that the loss depends on.
        examples: `(n, *event_shape)`, n at least 1.

    Returns:
        A tensor of the shape of each weight.

    Raises:
        ValueError: If there are no examples.
    """
    examples = tf.convert_to_tensor(examples)
    if not examples.shape[0]:
        raise ValueError("`examples` must hold at least one example, received none.")

    @tf.function
    def sum_of_squares() -> list[Tensor]:
        def add(i: Tensor, sums: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
            with tf.GradientTape() as tape:
                value = loss(examples[i], i)
            gradients = tape.gradient(value, weights, unconnected_gradients="zero")
            pairs = zip(sums, gradients, strict=True)
            return i + 1, [total + tf.square(gradient) for total, gradient in pairs]

        zeros = [tf.zeros(weight.shape) for weight in weights]
        number = examples.shape[0]
        return tf.while_loop(lambda i, _: i < number, add, [tf.constant(0), zeros])[1]

    return [total / examples.shape[0] for total in sum_of_squares()]
