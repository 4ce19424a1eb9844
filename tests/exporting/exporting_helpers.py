"""A small trained model, its export, and how to ask it."""

import keras
import numpy as np
import tensorflow as tf

from keras_lifelong_vae import LifelongVAE, Replay, data, networks
from keras_lifelong_vae.exporting.saved_model import answers_of
from keras_lifelong_vae.exporting.signatures import signatures

EVENT_SHAPE = (8, 8, 1)
ROWS = 7


def digits(label, limit=64):
    """Real 8x8 digits of one class, floats in [0, 1]."""
    arrays = data.load("digits")
    return (arrays.train_images[arrays.train_labels == label][:limit] / 255).astype("float32")


def readings(task, limit=64):
    """Rows of twelve real numbers around 100 times the number of the task."""
    rng = np.random.default_rng(task)
    return rng.normal(100 * task, 5, (limit, 12)).astype("float32")


def small_model(tasks, event_shape=EVENT_SHAPE, jit_compile=False, **options):
    """A model trained for two steps on each of `tasks` digits or readings; 0: not at all."""
    options = {"seed": 0, "replay": Replay(components_per_task=2), **options}
    if "latent" not in options:
        options.setdefault("latent_dim", 5)
    options.setdefault("network", networks.dense(event_shape, (32, 16), seed=0))
    model = LifelongVAE(event_shape, **options)
    model.compile(keras.optimizers.Adam(1e-2), run_eagerly=True)
    examples = digits if event_shape == EVENT_SHAPE else readings
    for task in range(tasks):
        model.fit(examples(task), batch_size=32, verbose=0)
        model.rollover_teacher()
    if jit_compile:  # which asks nothing of an export
        model.compile(keras.optimizers.Adam(1e-2), jit_compile=True)
    return model


def golden_inputs(model, rows=ROWS):
    """Inputs of every signature for `rows` rows, the same every time."""
    rng = np.random.default_rng(7)
    images = rng.random((rows, *model.event_shape)).astype("float32")
    if not model.likelihood.support.is_unit:
        images = 10 * images - 5
    z_continuous = rng.normal(size=(rows, model.latent_dim)).astype("float32")
    seed = rng.integers(-(2**62), 2**62, rows)
    odd = np.arange(rows) % 2
    tasks = int(model.summarized_tasks)
    values = {
        "images": images,
        "z_continuous": z_continuous,
        "seed": seed,
        "task": np.where(odd, -1, rng.integers(0, tasks, rows) if tasks else -1),
    }
    if model.has_categories:
        category = rng.integers(0, model.active_categories, rows)
        probs = rng.dirichlet(np.ones(model.active_categories), rows).astype("float32")
        values |= {"category": category, "category_probs": probs}
    inputs = {
        name: {field: values[field] for field in signature.inputs}
        for name, signature in signatures(model).items()
    }
    for name, own in inputs.items():
        if name.endswith("_uint8"):
            own["images"] = (255 * images).astype("uint8")
        if name.startswith("generate") and "category" in own:
            own["category"] = np.where(odd, category, -1)
    return inputs


def ask(loaded, signature, inputs):
    """What an export that was loaded answers, as numpy arrays."""
    tensors = {name: tf.constant(value) for name, value in inputs.items()}
    return {name: value.numpy() for name, value in loaded.signatures[signature](**tensors).items()}


def ask_in_process(model, name, inputs):
    """The same of the model itself, compiled as users of it would."""
    signature = signatures(model)[name]
    function = tf.function(getattr(answers_of(model), signature.endpoint), autograph=False)
    answers = function(**{field: tf.constant(value) for field, value in inputs.items()})
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
