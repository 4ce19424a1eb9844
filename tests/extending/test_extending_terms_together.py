"""EWC and learning without forgetting are terms, which go together with replay."""

import keras
import numpy as np
from extending_helpers import digit_tasks, learn, small

import keras_lifelong_vae as klv


def test_ewc_and_distillation_hold_a_model_that_replays_too(tmp_path):
    tasks = digit_tasks(3)
    terms = [
        klv.terms.Consistency(1.0),
        klv.terms.CategoryTarget(1.0),
        klv.terms.EWC(100.0, images=64),
        klv.terms.Distillation(0.5),
    ]
    model = klv.LifelongVAE(
        tasks.event_shape, network=small(tasks), replay=klv.Replay(ratio=1), terms=terms, seed=0
    )
    first, second = learn(model, tasks[:2])
    assert not any(first["ewc"])  # nothing to hold yet
    assert not any(first["distillation"])
    assert second["ewc"][-1] > 0
    assert second["distillation"][-1] > 0
    weights = {"consistency": 1.0, "category_target": 1.0, "ewc": 100.0, "distillation": 0.5}
    parts = ("reconstruction", "kl_gaussian", "kl_categorical", "cross_reconstruction")
    total = sum(np.array(second[name]) for name in parts)
    total += sum(weight * np.array(second[name]) for name, weight in weights.items())
    np.testing.assert_allclose(second["loss"], total, rtol=1e-5)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for one in (model, loaded):
        learn(one, tasks[2:])
    for own, others in zip(model.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(own, others)


def test_ewc_alone_is_the_strategy():
    tasks = digit_tasks()
    own = klv.LifelongVAE(
        tasks.event_shape, network=small(tasks), replay=None, terms=[klv.terms.EWC(100.0)], seed=0
    )
    named = klv.strategies.get("ewc").build(tasks, seed=0, network=small(tasks))
    for one in (own, named):
        learn(one, tasks)
    for first, second in zip(own.weights, named.weights, strict=True):
        np.testing.assert_array_equal(first, second)
