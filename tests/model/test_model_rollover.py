"""A rollover assigns variables: nothing retraced, two models whatever the number of tasks."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from model_helpers import (
    GaussianOnly,
    arrays_equal,
    digits,
    joint_latent,
    small_model,
    small_network,
)

from keras_lifelong_vae import LifelongVAE, Replay, TeacherRollover, tasks
from keras_lifelong_vae.optimizer_reset import reset_optimizer


class CountingVAE(LifelongVAE):
    """Counts how often Python runs through its steps: once per trace."""

    traces = 0

    def train_step(self, data):
        type(self).traces += 1
        return super().train_step(data)


def counting_model(jit_compile=True, **kwargs):
    CountingVAE.traces = 0
    model = CountingVAE((8, 8, 1), network=small_network(), seed=0, **kwargs)
    model.compile(keras.optimizers.Adam(1e-3), jit_compile=jit_compile)
    return model


def test_six_tasks_are_one_trace_and_constant_memory():
    model = counting_model(latent_dim=4)
    sizes, functions = [], []
    for task in tasks.split_by_class("digits", batch_size=32)[:6]:
        model.fit(task.train, verbose=0, callbacks=[TeacherRollover()])
        sizes.append(sum(w.numpy().size for w in (*model.weights, *model.optimizer.variables)))
        functions.append(model.train_function)
    assert CountingVAE.traces == 1
    assert len(set(sizes)) == 1
    assert len({id(function) for function in functions}) == 1
    assert int(model.finished_tasks) == 6
    assert model.active_categories == 6


def test_the_teacher_becomes_the_student():
    model = small_model()
    model.fit(digits(0), epochs=2, verbose=0)
    student = model.student.get_weights()
    assert not arrays_equal(student, model.teacher.get_weights())
    variables = [id(variable) for variable in model.teacher.weights]
    model.rollover_teacher()
    assert arrays_equal(student, model.teacher.get_weights())
    assert arrays_equal(student, model.student.get_weights())
    assert [id(variable) for variable in model.teacher.weights] == variables


def test_categories_become_active_with_the_first_step_of_their_task():
    model = small_model(categories_per_task=2)
    counts = [model.active_categories]
    for label in (0, 1):
        model.fit(digits(label), verbose=0)
        counts.append(model.active_categories)
        model.rollover_teacher()
        counts.append(model.active_categories)
    assert counts == [2, 2, 2, 4, 4]


def test_what_is_served_does_not_change_at_a_rollover():
    model = small_model()
    model.fit(digits(0), verbose=0)

    def served():
        return model.generate(5, seed=1, prior="prior"), model.negative_elbo(digits(0), seed=1)

    before = served()
    model.rollover_teacher()
    assert arrays_equal(before, served())


@pytest.mark.parametrize(
    "optimizer",
    [
        keras.optimizers.Adam(1e-3),
        keras.optimizers.Nadam(keras.optimizers.schedules.CosineDecay(1e-3, 100)),
        keras.optimizers.SGD(1e-4, momentum=0.9),
        keras.optimizers.Adagrad(1e-2, initial_accumulator_value=0.3),
        keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(1e-3)),
    ],
    ids=lambda optimizer: optimizer.name,
)
def test_the_optimizer_starts_afresh_in_its_own_variables(optimizer):
    variable = keras.Variable(np.ones(3))
    optimizer.build([variable])
    initial = [v.numpy() for v in optimizer.variables]
    identities = [id(v) for v in optimizer.variables]
    for _ in range(3):
        optimizer.apply([tf.constant([1.0, 2.0, 3.0])], [variable])
    assert not arrays_equal(initial, [v.numpy() for v in optimizer.variables])
    reset_optimizer(optimizer, [variable])
    assert arrays_equal(initial, [v.numpy() for v in optimizer.variables])
    assert [id(v) for v in optimizer.variables] == identities


def test_a_changed_learning_rate_is_a_setting_and_stays():
    model = small_model()
    model.fit(digits(0), verbose=0)
    model.optimizer.learning_rate = 5e-4
    model.rollover_teacher()
    assert float(model.optimizer.learning_rate) == pytest.approx(5e-4)
    assert int(model.optimizer.iterations) == 0


def test_capacity_that_runs_out_doubles_once_and_keeps_all_weights():
    model = counting_model(jit_compile=False, latent=joint_latent(task_capacity=2))
    names = [weight.name for weight in model.weights]
    trained = [weight.name for weight in model.trainable_weights]
    for label in (0, 1):
        model.fit(digits(label, 64), batch_size=32, verbose=0)
        images = model.generate(6, seed=0, prior="prior")
        elbos = model.negative_elbo(digits(0), seed=0)
        model.rollover_teacher()
    assert model.student.latent.categorical.capacity == 4
    np.testing.assert_allclose(model.generate(6, seed=0, prior="prior"), images, atol=1e-6)
    np.testing.assert_allclose(model.negative_elbo(digits(0), seed=0), elbos, rtol=1e-5)
    assert [weight.name for weight in model.weights] == names
    assert [weight.name for weight in model.trainable_weights] == trained
    assert CountingVAE.traces == 1
    for label in (2, 3):
        model.fit(digits(label, 64), batch_size=32, verbose=0)
        if label == 2:
            model.rollover_teacher()
    assert model.student.latent.categorical.capacity == 4
    assert model.active_categories == 4
    assert CountingVAE.traces == 2


def test_without_categories_there_is_room_to_make_for_summaries_only():
    model = small_model(latent=GaussianOnly(task_capacity=1))
    weights = [weight.shape for weight in model.student.weights]
    for label in (0, 1):
        model.fit(digits(label, 32), verbose=0, callbacks=[TeacherRollover()])
    assert [weight.shape for weight in model.student.weights] == weights
    assert (model.student.latent.task_capacity, model.aggregate_posterior.max_tasks) == (4, 4)
    assert model.generate(3, seed=0, task=1).shape == (3, 8, 8, 1)


@pytest.mark.slow
def test_a_stream_of_two_hundred_tasks_needs_no_word_about_it():
    """Replay from the prior and one term: with summaries of all tasks it would take a minute."""
    slices = {f"task {i}": digits(i % 10, 100)[i % 99 : i % 99 + 1] for i in range(200)}
    sequence = tasks.from_arrays(slices, batch_size=1, validation_share=0.0)
    model = small_model(False, replay=Replay(codes="prior", ratio=1), terms=[])
    model.compile(keras.optimizers.SGD(1e-3), jit_compile=False)
    rollover = TeacherRollover(sequence.boundaries(1))
    model.fit(sequence.stream(1), verbose=0, callbacks=[rollover])
    assert int(model.finished_tasks) == model.active_categories == 200
    assert model.student.latent.capacity == 256
    assert np.isfinite(model.generate(256, seed=0)).all()
    assert np.isfinite(model.negative_elbo(digits(0), seed=0)).all()


def test_a_model_that_grew_survives_a_file_and_goes_on(tmp_path):
    model = small_model(latent=joint_latent(task_capacity=1))
    model.fit(digits(0), verbose=0, callbacks=[TeacherRollover()])
    model.save(tmp_path / "grown.keras")
    loaded = keras.models.load_model(tmp_path / "grown.keras")
    assert loaded.student.latent.get_config()["task_capacity"] == 2
    for one in (model, loaded):
        one.fit(digits(1), verbose=0, shuffle=False, callbacks=[TeacherRollover()])
    assert arrays_equal(model.get_weights(), loaded.get_weights())


def test_growth_in_the_middle_of_a_stream():
    sequence = tasks.split_by_class("digits", batch_size=32)[:3]
    model = small_model(latent=joint_latent(task_capacity=1))
    rollover = TeacherRollover(sequence.boundaries(1))
    model.fit(sequence.stream(1), verbose=0, callbacks=[rollover])
    assert model.student.latent.categorical.capacity == 4
    assert int(model.finished_tasks) == 3


def test_a_rollover_without_training_is_refused():
    model = small_model()
    with pytest.raises(ValueError, match="`rollover_teacher` must follow at least one training"):
        model.rollover_teacher()
    model.fit(digits(0), verbose=0)
    model.rollover_teacher()
    with pytest.raises(ValueError, match="received a model with 1 finished tasks"):
        model.rollover_teacher()
    assert int(model.finished_tasks) == 1
