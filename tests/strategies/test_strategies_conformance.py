"""What every strategy must do: fit, be saved, go on, grow, and be the model it says it is."""

import json

import keras
import numpy as np
import pytest
from model_helpers import SEED, assert_same, joint_latent, term_of
from strategies_helpers import build, digit_tasks, fit, mostly_slow

from keras_lifelong_vae import LifelongVAE, strategies
from keras_lifelong_vae.replay import real_only
from keras_lifelong_vae.terms import KL, Step

NAMES = strategies.names()
LEARNING = sorted(set(NAMES) - {"no-consistency"})  # which is lifelong without one term
WITH_REPLAY = {name for name in NAMES if strategies.get(name).replay is not None}


@pytest.fixture(scope="module")
def tasks():
    return digit_tasks()  # two batches a task: eager steps are few


@pytest.mark.parametrize("name", mostly_slow(NAMES))
def test_it_learns_the_last_thing_it_was_shown(name, tasks):
    model = build(name, tasks, learning_rate=5e-3)
    before = model.evaluate(tasks[-1].test, verbose=0, return_dict=True)["negative_elbo"]
    for stage in strategies.get(name).stages(tasks):
        fit(model, stage, epochs=3)
    after = model.evaluate(tasks[-1].test, verbose=0, return_dict=True)["negative_elbo"]
    assert after < before - 3.0


def test_those_with_replay_are_the_three():
    assert {"article", "lifelong", "no-consistency"} == WITH_REPLAY


@pytest.mark.parametrize("name", sorted(set(NAMES) - WITH_REPLAY))
def test_without_replay_nothing_but_its_own_term_knows_the_task(name, tasks):
    model = build(name, tasks)
    assert model.replay is None
    assert "category_target" not in {term.name for term in model.terms}
    categorical = model.student.latent.heads["categorical"]
    categorical.active_categories.assign(min(2, categorical.capacity))
    images = next(iter(tasks[0].train))
    step = Step(real_only(images), model.student, SEED)
    found = term_of(model, KL).value(step)["kl_categorical"]
    uniform = categorical.kl(step.posterior.logits, categorical.prior_logits())
    np.testing.assert_allclose(found, uniform, rtol=1e-6)


def comparable(model):
    """The config as a file has it, but for two parts of which Keras counts up the names."""
    config = json.loads(json.dumps(model.get_config()))
    return {name: one for name, one in config.items() if name not in ("network", "likelihood")}


@pytest.mark.parametrize("name", mostly_slow(LEARNING))
def test_a_loaded_model_learns_the_next_task_like_the_saved_one(name, tasks, tmp_path):
    model = build(name, tasks)
    fit(model, tasks[0])
    fit(model, tasks[1])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded) is type(model)
    assert comparable(loaded) == comparable(model)
    for one in (model, loaded):
        fit(one, tasks[2])
    assert_same(model.weights, loaded.weights)


# Full-batch gives its latent the categories of all tasks; progressive makes room for one at a time.
@pytest.mark.parametrize("name", mostly_slow(sorted(set(LEARNING) - {"full-batch", "progressive"})))
def test_categories_grow_when_their_room_runs_out(name, tasks, tmp_path):
    model = build(name, tasks, latent_dim=None, latent=joint_latent(task_capacity=2))
    for _ in range(2):
        fit(model, tasks[0])
    assert model.student.latent.capacity == 4
    fit(model, tasks[1])
    assert model.active_categories == 3
    assert np.isfinite(model.negative_elbo(next(iter(tasks[0].test)), seed=0)).all()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert_same(model.weights, loaded.weights)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"progressive"}))
def test_all_have_the_same_network_and_first_weights(name, tasks):
    reference = LifelongVAE.__call__(build("naive", tasks), next(iter(tasks[0].test)))
    ours = build(name, tasks)(next(iter(tasks[0].test)))
    if name == "full-batch":  # it starts with the categories of all tasks
        assert ours.shape == reference.shape
    else:
        np.testing.assert_array_equal(ours, reference)


@pytest.mark.parametrize("name", mostly_slow(["ewc", "lwf", "vcl"]))
def test_the_compiled_step_is_traced_once_for_all_tasks(name, tasks):
    model = build(name, tasks)
    step, traces = model.train_step, []
    model.train_step = lambda data: traces.append(name) or step(data)
    model.compile(keras.optimizers.Adam(1e-3), jit_compile=False)
    for task in tasks:
        fit(model, task)
    assert len(traces) == 1


def test_an_unknown_strategy_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"`strategy` must be one of naive, ewc.*received 'gem'"):
        strategies.get("gem")


@pytest.mark.parametrize("name", NAMES)
def test_every_strategy_says_what_it_does_and_keeps(name):
    assert strategies.get(name).description
    assert strategies.get(name).keeps
