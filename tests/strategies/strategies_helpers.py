"""Small models of each strategy, and the data they learn."""

import keras
from model_helpers import slow, small_network

from keras_lifelong_vae import TeacherRollover, strategies, tasks


def digit_tasks(number=3):
    return tasks.split_by_class("digits", batch_size=64)[:number]


def build(name, sequence, learning_rate=1e-3, **options):
    """The compiled model of a strategy for the tasks of `sequence`."""
    small = {"network": small_network()}
    if name == "progressive":
        small = {"units": (32,), "adapter_units": 8}
    model = strategies.get(name).build(sequence, **{"latent_dim": 3, **small, **options})
    model.compile(keras.optimizers.Adam(learning_rate), run_eagerly=True)
    return model


def fit(model, task, epochs=1):
    keras.utils.set_random_seed(0)
    return model.fit(task.train, epochs=epochs, verbose=0, callbacks=[TeacherRollover()])


def mostly_slow(names):
    """All; but for replay, a penalty and columns that grow only with the slow tests."""
    usual = {"lifelong", "ewc", "progressive"}
    return [name if name in usual else slow(name) for name in names]
