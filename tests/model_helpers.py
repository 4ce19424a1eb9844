"""A small model and small data for the tests of the model and of its parts."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_lifelong_vae as klv
from keras_lifelong_vae import terms

EVENT_SHAPE = (8, 8, 1)
SEED = tf.constant([0, 0])


def slow(*values):
    """A case that `make test-all` alone runs."""
    return pytest.param(*values, marks=pytest.mark.slow)


def digits(label, limit=None):
    """Real 8x8 digits of one class, floats in [0, 1]."""
    arrays = klv.data.load("digits")
    return (arrays.train_images[arrays.train_labels == label][:limit] / 255).astype("float32")


def small_model(compiled=True, mode="eager", learning_rate=1e-3, **kwargs):
    """A model of 32 hidden units; in eager mode, because tracing takes longer than few steps."""
    latent = {} if "latent" in kwargs else {"latent_dim": 4}
    kwargs = {**latent, "seed": 0, **kwargs}
    kwargs.setdefault("network", small_network())
    model = klv.LifelongVAE(EVENT_SHAPE, **kwargs)
    if compiled:
        model.compile(
            keras.optimizers.Adam(learning_rate),
            run_eagerly=mode == "eager",
            jit_compile=mode == "xla",
        )
    return model


def small_network(seed=0):
    return klv.networks.dense(EVENT_SHAPE, units=(32, 32), seed=seed)


def joint_latent(**options):
    """The latent that a small model has by default, but for `options`."""
    initializer = keras.initializers.GlorotUniform(0)
    options = {"latent_dim": 4, "kernel_initializer": initializer, "seed": 0, **options}
    return klv.latents.JointLatent(**options)


@keras.saving.register_keras_serializable("tests")
class GaussianOnly(klv.latents.Latent):
    """A latent without a categorical part."""

    def __init__(self, latent_dim=4, **kwargs):
        head = klv.latents.GaussianLatent(latent_dim, keras.initializers.GlorotUniform(0), seed=0)
        super().__init__({"gaussian": head}, **{"seed": 0, **kwargs})


def replay_batch(model, images, seed=SEED):
    """What the student sees of real `images` after a task, as the training step makes it."""
    summaries, finished = model.aggregate_posterior, model.finished_tasks
    return model.replay.batch(tf.constant(images), model.teacher, summaries, finished, seed)


def step_of(model, batch, seed=SEED):
    """A batch as the training step shows it to the terms."""
    later = int(model.finished_tasks) > 0
    crossed = model.replay is not None and model.replay.is_crossed
    return terms.Step(batch, model.student, seed, model.teacher if later else None, crossed)


def term_of(model, cls):
    """The model's own term of a class."""
    (term,) = (one for one in model.terms if type(one) is cls)
    return term


def learn_task(model, images, epochs=1):
    """One task from beginning to end, in the same order every time."""
    return model.fit(
        images,
        batch_size=64,
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[klv.TeacherRollover()],
    )


def assert_same(first, second):
    """As many arrays, each the same to the bit."""
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def arrays_equal(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
