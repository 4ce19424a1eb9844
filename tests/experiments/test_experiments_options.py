import keras
import numpy as np
import pytest

import keras_lifelong_vae as klv
from keras_lifelong_vae.experiments import sequences
from keras_lifelong_vae.experiments.options import TrainingOptions


@pytest.fixture
def uneven():
    images = np.zeros((20, 2, 2, 1), "float32")
    labels = np.array([0] * 12 + [1] * 8)
    return klv.tasks.split_by_class((images, labels), batch_size=4, validation_share=0.0)


def test_the_rate_stays_constant_without_decay(uneven):
    optimizer = TrainingOptions(learning_rate=0.02).optimizer(uneven)
    assert isinstance(optimizer, keras.optimizers.Adam)
    assert optimizer.get_config()["learning_rate"] == pytest.approx(0.02)


def test_cosine_decay_ends_with_the_longest_task(uneven):
    options = TrainingOptions(epochs=5, learning_rate=0.02, learning_rate_decay="cosine")
    schedule = keras.optimizers.schedules.deserialize(
        options.optimizer(uneven).get_config()["learning_rate"]
    )
    rates = [float(schedule(step)) for step in (0, 10, 15)]
    cosine = 0.02 * 0.5 * (1 + np.cos(np.pi * 10 / 15))
    assert rates == pytest.approx([0.02, cosine, 0.0], abs=1e-8)


def test_the_decay_starts_again_with_each_task(uneven):
    options = TrainingOptions(epochs=1, learning_rate=0.02, learning_rate_decay="cosine")
    model = klv.LifelongVAE((2, 2, 1), latent_dim=1, seed=0)
    model.compile(optimizer=options.optimizer(uneven))
    model.fit(uneven[0].train, verbose=0, shuffle=False)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.0, abs=1e-8)
    model.rollover_teacher()
    assert float(model.optimizer.learning_rate) == pytest.approx(0.02)


def test_options_that_are_none_are_the_sequences_own():
    spec = sequences.get("digits-split")
    training, model = spec.options({"epochs": None, "batch_size": 7, "latent_dim": None})
    assert training == TrainingOptions(spec.training.epochs, 7)
    assert model == {"latent_dim": 8}


def test_options_that_are_given_win_even_when_they_are_zero_or_false():
    training, model = sequences.get("digits-split").options(
        {"jit_compile": False, "consistency_weight": 0.0, "latent_dim": 2}
    )
    assert training.jit_compile is False
    assert model == {"latent_dim": 2, "consistency_weight": 0.0}
