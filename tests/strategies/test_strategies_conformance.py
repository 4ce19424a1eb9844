"""What every strategy must do: fit, be saved, go on, grow, and be the model it says it is."""

import keras
import numpy as np
import pytest
from strategies_helpers import build, digit_tasks, fit

from keras_lifelong_vae import LifelongVAE, strategies

NAMES = tuple(strategies.STRATEGIES)


@pytest.fixture(scope="module")
def tasks():
    return digit_tasks()  # two batches a task: eager steps are few


@pytest.mark.parametrize("name", NAMES)
def test_it_learns_the_last_thing_it_was_shown(name, tasks):
    model = build(name, tasks, learning_rate=5e-3)
    before = model.evaluate(tasks[-1].test, verbose=0, return_dict=True)["negative_elbo"]
    for stage in strategies.get(name).stages(tasks):
        fit(model, stage, epochs=3)
    after = model.evaluate(tasks[-1].test, verbose=0, return_dict=True)["negative_elbo"]
    assert after < before - 3.0


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"lifelong", "no-consistency"}))
def test_without_replay_nothing_but_its_own_term_knows_the_task(name, tasks):
    config = build(name, tasks).get_config()
    assert config["replay_share"] == 0.0
    assert config["category_prior"] == "uniform"
    assert config["category_target_weight"] == 0.0


@pytest.mark.parametrize("name", NAMES)
def test_a_loaded_model_learns_the_next_task_like_the_saved_one(name, tasks, tmp_path):
    model = build(name, tasks)
    fit(model, tasks[0])
    fit(model, tasks[1])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded) is type(model)
    for option, value in model.get_config().items():
        if option not in ("network", "likelihood"):  # Keras counts up the names of their layers
            assert loaded.get_config()[option] == value
    loaded.compile(loaded.optimizer, run_eagerly=True)
    for one in (model, loaded):
        fit(one, tasks[2])
    for own, others in zip(model.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(own, others)


@pytest.mark.parametrize("name", NAMES)
def test_categories_grow_when_their_room_runs_out(name, tasks, tmp_path):
    model = build(name, tasks, category_capacity=len(tasks))
    while model.student.latent.categorical.capacity == len(tasks):
        fit(model, tasks[0])
    active = model.active_categories
    fit(model, tasks[1])
    assert model.active_categories == active + model.categories_per_task
    assert np.isfinite(model.negative_elbo(next(iter(tasks[0].test)), seed=0)).all()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for own, others in zip(model.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(own, others)


@pytest.mark.parametrize("name", NAMES)
def test_all_have_the_same_network_and_first_weights(name, tasks):
    reference = LifelongVAE.__call__(build("naive", tasks), next(iter(tasks[0].test)))
    ours = build(name, tasks)(next(iter(tasks[0].test)))
    if name == "full-batch":  # it starts with the categories of all tasks
        assert ours.shape == reference.shape
    else:
        np.testing.assert_array_equal(ours, reference)


@pytest.mark.parametrize("name", ["ewc", "lwf", "vcl"])
def test_the_compiled_step_is_traced_once_for_all_tasks(name, tasks):
    model = build(name, tasks)
    step, traces = model.train_step, []
    model.train_step = lambda data: traces.append(name) or step(data)
    model.compile(keras.optimizers.Adam(1e-3))
    for task in tasks:
        fit(model, task)
    assert len(traces) == 1


def test_an_unknown_strategy_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"`strategy` must be one of naive, ewc.*received 'gem'"):
        strategies.get("gem")


def test_every_strategy_says_what_it_does_and_keeps():
    for way in strategies.STRATEGIES.values():
        assert way.description
        assert way.keeps
