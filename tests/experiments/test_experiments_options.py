import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import keras_lifelong_vae as klv
from keras_lifelong_vae.experiments import sequences
from keras_lifelong_vae.experiments.options import TrainingOptions, as_json, differences


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
    rates = [float(schedule(step)) for step in (0, 10, 14, 15)]
    cosine = [0.02 * 0.5 * (1 + np.cos(np.pi * step / 15)) for step in (0, 10, 14)]
    assert rates == pytest.approx([*cosine, 0.02], rel=1e-4)  # a model that goes on begins again


def test_warmup_cooldown_is_a_trapezoid_over_the_longest_task(uneven):
    options = TrainingOptions(epochs=10, learning_rate=0.02, learning_rate_decay="warmup-cooldown")
    schedule = keras.optimizers.schedules.deserialize(
        options.optimizer(uneven).get_config()["learning_rate"]
    )
    rates = [float(schedule(step)) for step in (0, 2, 20, 25, 30)]
    assert rates == pytest.approx([0.02 / 3, 0.02, 0.02, 0.02 * 5 / 9, 0.02 / 3], rel=1e-4)


def test_the_decay_starts_again_with_each_task(uneven):
    options = TrainingOptions(epochs=1, learning_rate=0.02, learning_rate_decay="cosine")
    model = klv.LifelongVAE((2, 2, 1), latent_dim=1, seed=0)
    model.compile(optimizer=options.optimizer(uneven))
    model.fit(uneven[1].train, verbose=0, shuffle=False)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.005)  # after 2 of 3 steps
    model.rollover_teacher()
    assert float(model.optimizer.learning_rate) == pytest.approx(0.02)


def test_options_that_are_none_are_the_sequences_own():
    spec = sequences.get("digits-split")
    given = {"epochs": None, "batch_size": 7, "latent_dim": None}
    training, model = spec.options("lifelong", given)
    assert training == TrainingOptions(spec.training.epochs, 7)
    assert model == {"latent_dim": 8}


def test_options_that_are_given_win_even_when_they_are_zero_or_false():
    given = {"jit_compile": False, "consistency.weight": 0.0, "latent_dim": 2}
    training, model = sequences.get("digits-split").options("lifelong", given)
    assert training.jit_compile is False
    assert model == {"latent_dim": 2, "consistency.weight": 0.0}


def test_a_strategy_has_options_chosen_for_it_unless_others_are_given():
    spec = sequences.get("fashion-split")
    assert spec.options("lifelong", {})[1] == {"latent_dim": 14, "replay.ratio": 3}
    assert spec.options("lifelong", {"replay.ratio": 1})[1]["replay.ratio"] == 1
    assert spec.options("naive", {})[1] == {"latent_dim": 14}


def test_a_decay_needs_to_know_how_long_a_task_is():
    batches = tf.data.Dataset.from_generator(
        lambda: iter([np.zeros((4, 2, 2, 1), "float32")]),
        output_signature=tf.TensorSpec((None, 2, 2, 1)),
    )
    tasks = klv.tasks.from_datasets({"stream": batches}, check_values=False)
    assert TrainingOptions(batch_size=None).optimizer(tasks)
    with pytest.raises(ValueError, match=r"number of batches of every task.*'stream'"):
        TrainingOptions(learning_rate_decay="cosine").optimizer(tasks)


def test_options_are_written_as_plain_json():
    layer = keras.layers.Dense(3, activation="relu", name="counted_up_7")
    options = {"likelihood": klv.likelihoods.get("bernoulli"), "sizes": (1, 2), "layer": layer}
    written = json.loads(json.dumps(as_json(options)))
    assert written["likelihood"] == {"class_name": "Bernoulli"}
    assert written["sizes"] == [1, 2]
    assert written["layer"]["class_name"] == "Dense"
    assert written["layer"]["units"] == 3
    assert "counted_up" not in json.dumps(written)


def test_two_networks_of_one_make_are_written_alike():
    first, second = (as_json(klv.networks.dense((2, 2, 1), (4,), seed=0)) for _ in range(2))
    assert first == second
    assert as_json(klv.networks.dense((2, 2, 1), (5,), seed=0)) != first


def test_options_that_differ_are_named_with_their_part():
    old = {"seed": 0, "replay": {"ratio": 2}, "terms": [{"class_name": "KL", "weight": 1.0}]}
    new = {"seed": 0, "replay": {"ratio": 3}, "terms": [{"class_name": "KL", "weight": 0.5}]}
    assert differences(old, old) == ""
    assert differences(old, new) == (
        "replay.ratio (was 2, now 3), terms.KL.weight (was 1.0, now 0.5)"
    )
    assert differences(old, {"seed": 0, "replay": None, "terms": []}).startswith(
        "replay.ratio (was 2, now None)"
    )
