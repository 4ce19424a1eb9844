"""Small models of each strategy, and the data they learn."""

import sys
from pathlib import Path

import keras

from keras_lifelong_vae import TeacherRollover, strategies, tasks

sys.path.insert(0, str(Path(__file__).parents[1] / "models"))
from models_helpers import EVENT_SHAPE, small_network


def digit_tasks(number=3):
    return tasks.split_by_class("digits", batch_size=64)[:number]


def build(name, sequence, learning_rate=1e-3, **options):
    """The compiled model of a strategy for the tasks of `sequence`."""
    way = strategies.get(name)
    options = {"latent_dim": 3, "seed": 0, **options}
    options = {"network": small_network(), **options, **way.fixed, **way.derived(sequence, options)}
    model = way.model(EVENT_SHAPE, **options)
    model.compile(keras.optimizers.Adam(learning_rate), run_eagerly=True)
    return model


def fit(model, task, epochs=1):
    keras.utils.set_random_seed(0)
    return model.fit(task.train, epochs=epochs, verbose=0, callbacks=[TeacherRollover()])


def scalars(model):
    return [weight.numpy() for weight in model.student.weights]
