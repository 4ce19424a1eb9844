"""Models under Keras's global policy mixed_float16: trained, saved, loaded and asked."""

import keras
import numpy as np
import pytest
from model_helpers import GaussianOnly, arrays_equal, digits, slow, small_model

import keras_lifelong_vae as klv
from keras_lifelong_vae.latents import JointLatent, MixturePriorLatent

KINDS = {
    "default": {"network": "dense"},
    "no categories": {"latent": GaussianOnly},
    "learned prior": {"latent": lambda: JointLatent(MixturePriorLatent(3, seed=0), seed=0)},
    "Gaussian": {"likelihood": "gaussian"},
    "logistic": {"likelihood": "discretized_logistic"},
    "convolutional": {"network": "convolutional"},
}


@pytest.fixture
def policy():
    keras.config.set_dtype_policy("mixed_float16")
    yield
    keras.config.set_dtype_policy("float32")


def trained(**kwargs):
    """A model of two tasks under the policy of the moment, and the losses of the second one."""
    options = {name: one() if callable(one) else one for name, one in kwargs.items()}
    model = small_model(replay=klv.Replay(components_per_task=1), learning_rate=3e-3, **options)
    for label in (0, 1):
        history = model.fit(
            digits(label, 64), epochs=3, verbose=0, callbacks=[klv.TeacherRollover()]
        ).history
    return model, history


@pytest.mark.parametrize("kind", ["default", *map(slow, list(KINDS)[1:])])
@pytest.mark.usefixtures("policy")
def test_it_learns_is_saved_and_loaded(kind, tmp_path):
    model, history = trained(**KINDS[kind])
    assert model.student.encoder.compute_dtype == "float16"
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    assert all(np.isfinite(values).all() for values in history.values())
    assert history["loss"][-1] < history["loss"][0]
    assert {weight.dtype for weight in model.weights} <= {"float32", "int32"}
    model.save(tmp_path / "half.keras")
    loaded = keras.models.load_model(tmp_path / "half.keras")
    assert loaded.student.encoder.compute_dtype == "float16"
    images = digits(0, 5)
    for ask in (
        lambda one: one.encode(images)[:2],
        lambda one: [one.reconstruct(images)],
        lambda one: [one.negative_elbo(images, seed=0)],
        lambda one: [one.importance_weighted_bound(images, 10, seed=0)],
        lambda one: [one.generate(4, seed=0)],
        lambda one: [one.generate(4, seed=0, prior="prior")],
    ):
        found = ask(model)
        assert all(array.dtype == np.float32 and np.isfinite(array).all() for array in found)
        assert arrays_equal(found, ask(loaded))
    again = loaded.fit(digits(2, 32), verbose=0).history["loss"]
    assert np.isfinite(again).all()


@pytest.mark.usefixtures("policy")
def test_a_compiled_step_is_finite():
    model = small_model(mode="graph", network="dense")
    for label in (0, 1):
        history = model.fit(digits(label, 64), verbose=0, callbacks=[klv.TeacherRollover()]).history
    assert all(np.isfinite(values).all() for values in history.values())


def test_what_was_trained_in_half_precision_is_loaded_in_full(policy, tmp_path):
    model, _ = trained(**KINDS["default"])
    model.save(tmp_path / "half.keras")
    keras.config.set_dtype_policy("float32")
    loaded = keras.models.load_model(tmp_path / "half.keras")
    assert loaded.student.encoder.compute_dtype == "float32"
    images = digits(1, 20)
    np.testing.assert_allclose(loaded.reconstruct(images), model.reconstruct(images), atol=0.02)
    np.testing.assert_allclose(
        loaded.negative_elbo(images, seed=0), model.negative_elbo(images, seed=0), rtol=0.02
    )
