"""A small trained model, its export, and how to ask it."""

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae import LifelongVAE, data, networks
from keras_lifelong_vae.exporting.endpoints import Endpoints

EVENT_SHAPE = (8, 8, 1)
ROWS = 7


def digits(label, limit=64):
    """Real 8x8 digits of one class, floats in [0, 1]."""
    arrays = data.load("digits")
    return (arrays.train_images[arrays.train_labels == label][:limit] / 255).astype("float32")


def small_model(tasks, jit_compile=False, **options):
    """A model trained for two steps on each of the first `tasks` digits; 0: not at all."""
    # Replay from the prior needs no summaries, which take longer than the training here.
    options = {"latent_dim": 5, "seed": 0, "replay_codes": "prior", **options}
    options.setdefault("network", networks.dense(EVENT_SHAPE, (32, 16), seed=0))
    model = LifelongVAE(EVENT_SHAPE, **options)
    model.compile(keras.optimizers.Adam(1e-2), jit_compile=jit_compile, run_eagerly=not jit_compile)
    for task in range(tasks):
        model.fit(digits(task), batch_size=32, verbose=0)
        model.rollover_teacher()
    return model


def golden_inputs(model, rows=ROWS):
    """Inputs of every signature for `rows` rows, the same every time."""
    rng = np.random.default_rng(7)
    images = rng.random((rows, *model.event_shape)).astype("float32")
    category = rng.integers(0, model.active_categories, rows)
    probs = rng.dirichlet(np.ones(model.active_categories), rows).astype("float32")
    z_continuous = rng.normal(size=(rows, model.latent_dim)).astype("float32")
    seed = rng.integers(-(2**62), 2**62, rows)
    grey_bytes = rng.integers(0, 256, images.shape).astype("uint8")
    drawn = np.where(np.arange(rows) % 2, category, -1)
    return {
        "serving_default": {"images": images},
        "reconstruct": {"images": images},
        "encode": {"images": images},
        "decode": {"z_continuous": z_continuous, "category": category},
        "decode_one_hot": {"z_continuous": z_continuous, "category_probs": probs},
        "generate": {"seed": seed, "category": drawn},
        "score": {"images": images, "seed": seed},
        "reconstruct_uint8": {"images": grey_bytes},
        "encode_uint8": {"images": grey_bytes},
        "score_uint8": {"images": grey_bytes, "seed": seed},
    }


def ask(loaded, signature, inputs):
    """What an export that was loaded answers, as numpy arrays."""
    tensors = {name: tf.constant(value) for name, value in inputs.items()}
    return {name: value.numpy() for name, value in loaded.signatures[signature](**tensors).items()}


def ask_in_process(model, signature, inputs):
    """The same of the model itself, compiled as users of it would."""
    endpoints = Endpoints(model.student, model.active_categories)
    name = "reconstruct" if signature == "serving_default" else signature
    function = tf.function(getattr(endpoints, name), autograph=False)
    answers = function(**{key: tf.constant(one) for key, one in inputs.items()})
    return {name: value.numpy() for name, value in answers.items()}


def rows_of(inputs, index):
    return {name: value[index] for name, value in inputs.items()}


def assert_close(first, second, tolerance):
    """As many outputs of the same names, dtypes and shapes, none further apart than that."""
    assert {k: (v.dtype, v.shape) for k, v in first.items()} == {
        k: (v.dtype, v.shape) for k, v in second.items()
    }
    for name in first:
        np.testing.assert_allclose(first[name], second[name], tolerance, tolerance, err_msg=name)
