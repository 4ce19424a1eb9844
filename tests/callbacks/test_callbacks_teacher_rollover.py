"""When the teacher is rolled over: at the end of a fit, and at the boundaries of a stream."""

import keras
import numpy as np
import pytest

from keras_lifelong_vae import LifelongVAE, TeacherRollover, networks, tasks


@pytest.fixture(scope="module")
def sequence():
    return tasks.split_by_class("digits", batch_size=32)[:3]


def compiled_model(**kwargs):
    network = networks.dense((8, 8, 1), units=(32,), seed=0)
    model = LifelongVAE((8, 8, 1), latent_dim=4, network=network, seed=0)
    model.compile(keras.optimizers.Adam(1e-3), **{"jit_compile": False, **kwargs})
    return model


def test_one_fit_per_task_and_one_fit_of_the_stream_give_the_same_model(sequence):
    one_by_one = compiled_model()
    for task in sequence:
        one_by_one.fit(
            task.train,
            validation_data=task.validation,
            epochs=2,
            verbose=0,
            callbacks=[TeacherRollover()],
        )
    at_once = compiled_model()
    at_once.fit(
        sequence.stream(epochs=2),
        verbose=0,
        callbacks=[TeacherRollover(sequence.boundaries(epochs=2))],
    )
    assert int(one_by_one.finished_tasks) == int(at_once.finished_tasks) == 3
    for first, second in zip(one_by_one.get_weights(), at_once.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(one_by_one.generate(4, seed=0), at_once.generate(4, seed=0))


def test_an_instance_survives_several_fits_and_speaks_when_asked(sequence, capsys):
    model, rollover = compiled_model(), TeacherRollover(verbose=1)
    for task in sequence[:2]:
        model.fit(task.train, verbose=0, callbacks=[rollover])
    assert int(model.finished_tasks) == 2
    lines = [line for line in capsys.readouterr().out.splitlines() if "rolled over" in line]
    assert lines == [f"Teacher rolled over: {k} tasks finished." for k in (1, 2)]


def test_an_interrupted_fit_ends_no_task(sequence):
    class Interrupt(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    model = compiled_model()
    with pytest.raises(KeyboardInterrupt):
        model.fit(sequence[0].train, verbose=0, callbacks=[Interrupt(), TeacherRollover()])
    assert int(model.finished_tasks) == 0


def test_a_fit_without_steps_ends_no_task(sequence):
    model = compiled_model()
    model.fit(sequence[0].train, epochs=0, verbose=0, callbacks=[TeacherRollover()])
    assert int(model.finished_tasks) == 0


def test_several_steps_per_execution(sequence):
    model = compiled_model(steps_per_execution=2)
    with pytest.raises(
        ValueError, match=r"`boundaries` must be multiples of `steps_per_execution`"
    ):
        model.fit(sequence[0].train, verbose=0, callbacks=[TeacherRollover([3])])
    assert int(model.training_steps) == 0
    model.fit(sequence[0].train.repeat(2), verbose=0, callbacks=[TeacherRollover([4])])
    assert int(model.finished_tasks) == 2


@pytest.mark.parametrize(
    ("boundaries", "match"),
    [
        ([3, 3], "`boundaries` must increase"),
        ([4, 2], "`boundaries` must increase"),
        ([0], "`boundaries` must be an integer of at least 1"),
    ],
)
def test_bad_boundaries_are_refused(boundaries, match):
    with pytest.raises(ValueError, match=match):
        TeacherRollover(boundaries)


def test_a_model_without_a_teacher_is_refused():
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="`model` must have a method `rollover_teacher`"):
        model.fit(np.zeros((4, 1)), np.zeros((4, 1)), verbose=0, callbacks=[TeacherRollover()])
