"""Arithmetic that is finite, value and gradient, for whatever finite numbers it is given.

Nats are computed in float32 at least: the KL of an ordinary posterior exceeds the largest float16.
Scales are held between 4 eps and 1 / (4 eps), eps of the dtype they are computed in. Within these
bounds nothing is changed by a bit.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.types import Tensor

# In float32 the largest number a KL's gradient meets, (MAX_LOC / scale)^2 / scale, is 1e35 then.
MAX_LOC = 1e8


def scale(log_scale: Tensor) -> Tensor:
    """exp(log_scale), float32 at least, held between 4 eps and 1 / (4 eps).

    That is a log-variance within +-29.1 in float32 and +-69.3 in float64. 1 / (4 scale), the
    largest density of a logistic distribution, is at least eps: probabilities can still be told
    apart. See `bounded` for the gradient.
    """
    log_scale = wide(log_scale)
    limit = -np.log(4.0 * np.finfo(log_scale.dtype.as_numpy_dtype).eps)
    return tf.exp(bounded(log_scale, float(limit)))


def location(loc: Tensor) -> Tensor:
    """`loc` or a value to compare with it, float32 at least, held within +-`MAX_LOC`."""
    return bounded(wide(loc), MAX_LOC)


def bounded(values: Tensor, limit: float) -> Tensor:
    """`values` held within +-`limit`; beyond it the gradient is the one at the limit, not 0.

    So a loss with a finite optimum, such as a KL, leads a value back into the range from anywhere.
    Written without a gradient of its own, of which TensorFlow would fuse less than without a bound:
    sums would be taken in another order, and differ in the last bit.

    Reference: Bengio et al., "Estimating or Propagating Gradients Through Stochastic Neurons",
    2013, the straight-through estimator.
    """
    held = tf.stop_gradient(tf.clip_by_value(values, -limit, limit))
    return held + (values - tf.stop_gradient(values))


def wide(values: Any) -> Tensor:
    """`values` in float32 if they are of fewer bits, else as they are."""
    values = tf.convert_to_tensor(values)
    return cast(values, wide_dtype(values.dtype))


def wide_dtype(dtype: Any) -> tf.DType:
    """float32 for a dtype of fewer bits, else the dtype itself."""
    return tf.as_dtype(dtype) if tf.as_dtype(dtype).size >= tf.float32.size else tf.float32


def cast(values: Any, dtype: Any) -> Tensor:
    """`values` as the nearest finite numbers of `dtype`; so is the gradient on its way back.

    An optimizer that lowers the scale of its loss when a gradient is infinite sees none from here:
    what a decoder of mixed precision says is read by `tf.cast`.
    """
    values = tf.convert_to_tensor(values)

    @tf.custom_gradient
    def saturated(values: Tensor) -> Any:
        return tf.saturate_cast(values, dtype), lambda back: tf.saturate_cast(back, values.dtype)

    return values if values.dtype == tf.as_dtype(dtype) else saturated(values)
