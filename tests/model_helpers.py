"""A small model and small data for the tests of the model."""

import keras
import numpy as np

from keras_lifelong_vae import LifelongVAE, data

EVENT_SHAPE = (8, 8, 1)


def digits(label, limit=None):
    """Real 8x8 digits of one class, floats in [0, 1]."""
    arrays = data.load("digits")
    return (arrays.train_images[arrays.train_labels == label][:limit] / 255).astype("float32")


def small_model(compiled=True, mode="eager", learning_rate=1e-3, **kwargs):
    """A model of 32 hidden units; in eager mode, because tracing takes longer than few steps."""
    kwargs = {"latent_dim": 4, "seed": 0, **kwargs}
    kwargs.setdefault("network", small_network())
    model = LifelongVAE(EVENT_SHAPE, **kwargs)
    if compiled:
        model.compile(
            keras.optimizers.Adam(learning_rate),
            run_eagerly=mode == "eager",
            jit_compile=mode == "xla",
        )
    return model


def small_network(seed=0):
    from keras_lifelong_vae import networks

    return networks.dense(EVENT_SHAPE, units=(32, 32), seed=seed)


def arrays_equal(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
