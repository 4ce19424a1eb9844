"""What the model is made of, and what it says about itself."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from model_helpers import GaussianOnly, digits, joint_latent, small_model

from keras_lifelong_vae import Replay, TeacherRollover, likelihoods, terms


def test_it_is_two_autoencoders_and_only_one_learns():
    model = small_model(replay=None)
    sizes = [
        sum(weight.numpy().size for weight in vae.weights) for vae in (model.student, model.teacher)
    ]
    assert sizes[0] == sizes[1]
    counters = 4  # tasks, the present one, steps, steps at the last rollover
    moments = 16 * (1 + 32 + 32**2 + 1)  # of the images of each task
    assert model.count_parameters() == sum(sizes) + counters + moments
    assert model.teacher.trainable_weights == []
    assert len(model.trainable_weights) == len(model.student.trainable_weights) > 0


def test_memory_does_not_grow_with_the_tasks():
    model = small_model(terms=[terms.Consistency(), terms.EWC(images=16)])
    numbers = [model.count_parameters()]
    for label in range(3):
        model.fit(digits(label, 32), verbose=0, callbacks=[TeacherRollover()])
        numbers.append(model.count_parameters())
    assert len(set(numbers)) == 1


def test_the_parts_it_is_given_are_the_parts_it_has():
    latent, likelihood = joint_latent(categories_per_task=3), likelihoods.Gaussian(0.2)
    replay = Replay(ratio=1)
    model = small_model(latent=latent, likelihood=likelihood, replay=replay)
    assert model.student.latent is latent
    assert model.likelihood is model.student.likelihood is likelihood
    assert model.replay is replay
    assert (model.latent_dim, model.categories_per_task, model.active_categories) == (4, 3, 3)


def test_the_latent_is_joint_unless_another_one_is_given():
    model = small_model(latent_dim=None)
    assert (model.latent_dim, model.categories_per_task) == (14, 1)
    assert model.has_categories
    assert not small_model(latent=GaussianOnly()).has_categories


@pytest.mark.parametrize("name", ["categories_per_task", "active_categories"])
def test_without_categories_their_numbers_are_refused(name):
    with pytest.raises(ValueError, match=f"`{name}` needs a latent with .* received GaussianOnly"):
        getattr(small_model(latent=GaussianOnly()), name)


def test_without_categories_none_is_asked_for_again():
    names = [term.name for term in small_model(latent=GaussianOnly()).terms]
    assert "consistency" in names
    assert "category_target" not in names


def test_it_is_called_like_any_model_of_keras():
    model = small_model()
    images = digits(0, 5)
    np.testing.assert_allclose(model(images), model.reconstruct(images), atol=1e-6)


@pytest.mark.parametrize(
    ("given", "step", "update"),
    [("auto", False, True), (True, True, True), (False, False, False)],
)
def test_on_a_cpu_xla_updates_weights_alone_unless_told_otherwise(given, step, update, tmp_path):
    model = small_model(compiled=False)
    model.compile("adam", jit_compile=given)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for one in (model, loaded):
        assert (one.jit_compile, one.jit_compiles_updates) == (step, update)
        one.make_train_function()
        assert one.jit_compile == step  # of `evaluate`, too


@pytest.mark.parametrize("latent", [None, GaussianOnly()])
def test_every_variable_has_values(latent):
    """Several workers can't share one without: TensorFlow crashes."""
    model = small_model(compiled=False, **({} if latent is None else {"latent": latent}))
    assert all(tf.size(weight) for weight in map(tf.convert_to_tensor, model.weights))
