"""Replacing a weight of a built layer by a larger one."""

import keras
import numpy as np


def replace_weight(layer: keras.layers.Layer, name: str, value: np.ndarray) -> None:
    """Puts a new weight holding `value` in the place of the attribute `name` of `layer`.

    Keras locks what a layer tracks once it is built; its own layers unlock it in the same way
    when LoRA or quantisation swaps their kernels. The new weight goes to the end of the layer's
    list of weights, so replace all that follow it as well, in order.
    """
    old = getattr(layer, name)
    layer._tracker.unlock()
    layer._untrack_variable(old)
    # Tracked like a weight that trains even in a frozen layer, so that the order stays the same.
    new = layer.add_weight(shape=value.shape, initializer="zeros", dtype=old.dtype, name=name)
    new.trainable = old.trainable
    new.assign(value)
    setattr(layer, name, new)
    layer._tracker.lock()
