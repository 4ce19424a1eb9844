"""Which rows of a request can be answered, and what the others get."""

from collections.abc import Mapping

import tensorflow as tf

from keras_lifelong_vae.likelihoods.support import Support
from keras_lifelong_vae.types import Tensor

BAD_FLOAT, BAD_INTEGER = float("nan"), -1
RULE = (
    "A row with a value that is NaN, infinite or outside its range gets NaN in every "
    f"floating-point output and {BAD_INTEGER} in every integer output, but the outputs about "
    "novelty say that it is new; the other rows of the request are answered as if it weren't there."
)


def in_range(values: Tensor, low: float, high: float) -> Tensor:
    """Whether all values of a row lie in [low, high], bool `(num_rows,)`; NaN lies nowhere."""
    inside = tf.equal(values, tf.clip_by_value(values, low, high))
    return tf.reduce_all(inside, axis=list(range(1, len(values.shape))))


def in_support(values: Tensor, support: Support) -> Tensor:
    """Whether all values of a row are finite and have a probability."""
    low, high = max(support.low, tf.float32.min), min(support.high, tf.float32.max)
    return in_range(values, low, high)


def is_one_of(category: Tensor, first: int, number: Tensor | int) -> Tensor:
    """Whether `category` `(num_rows,)` is one of `first` ... `number - 1`."""
    return (category >= first) & (category < tf.cast(number, category.dtype))


def answer(valid: Tensor, outputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """`outputs` as float32 and int64, with bad rows marked.

    Args:
        valid: bool, `(num_rows,)`.
        outputs: Each `(num_rows, ...)`.
    """
    return {name: _marked(valid, output) for name, output in outputs.items()}


def _marked(valid: Tensor, output: Tensor) -> Tensor:
    floating = output.dtype.is_floating
    output = tf.cast(output, tf.float32 if floating else tf.int64)
    column = tf.reshape(valid, (-1, *[1] * (len(output.shape) - 1)))
    bad = tf.constant(BAD_FLOAT if floating else BAD_INTEGER, output.dtype)
    return tf.where(column, output, bad)
