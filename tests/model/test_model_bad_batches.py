"""A bad batch never changes the model: not its weights, counters, seeds, codes, nor its teacher."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from model_helpers import EVENT_SHAPE, assert_same, digits, learn_task, slow, small_model

import keras_lifelong_vae as klv

GOOD = digits(0, 60)


def spoilt(value=np.nan, row=25):
    images = GOOD.copy()
    images[row, 3, 3, 0] = value
    return images


def batches(images, size=10, drop_remainder=True):
    return tf.data.Dataset.from_tensor_slices(images).batch(size, drop_remainder=drop_remainder)


def state(model):
    """Everything that is saved, but for the running means that an epoch is logged by."""
    means = {id(variable) for metric in model.metrics for variable in metric.variables}
    variables = [*model.variables, *model.optimizer.variables, model.seed_generator.state]
    return [one.numpy() for one in variables if id(one) not in means]


class Feed(keras.utils.PyDataset):
    def __init__(self, images):
        super().__init__()
        self.images = images

    def __len__(self):
        return 6

    def __getitem__(self, index):
        return self.images[10 * index : 10 * index + 10]


def generator(images):
    yield from ((images[i : i + 10],) for i in range(0, 60, 10))


@pytest.mark.parametrize(("mode", "tasks"), [("graph", 0), ("graph", 1), slow("xla", 1)])
def test_fit_stops_and_keeps_what_was_learned_before(mode, tasks):
    model, reference = small_model(mode=mode), small_model(mode=mode)
    for one in (model, reference):
        for _ in range(tasks):
            learn_task(one, GOOD)
    reference.fit(batches(GOOD).take(2), verbose=0)
    match = (
        r"`x` must hold finite values in \[0, 1\], the support of Bernoulli, received nan after "
        rf"{2 + tasks} training steps, in task {tasks + 1} in row 5 of the batch"
    )
    with pytest.raises(ValueError, match=match):
        model.fit(batches(spoilt()), epochs=3, verbose=0)
    assert_same(state(model), state(reference))
    for one in (model, reference):  # and it goes on as if that had never been
        learn_task(one, GOOD)
    assert_same(state(model), state(reference))


@pytest.mark.parametrize("feed", [batches, Feed, generator], ids=["dataset", "PyDataset", "python"])
@pytest.mark.parametrize("value", [np.inf, -0.5, 255.0])
def test_every_way_of_feeding_is_guarded(feed, value):
    model = small_model(mode="graph")
    with pytest.raises(ValueError, match=f"received {value:g} after 2 training steps"):
        model.fit(feed(spoilt(value)), shuffle=False, verbose=0)
    assert int(model.training_steps) == 2
    assert int(model.recent_codes.ring.count) == 20


def test_one_batch_at_a_time_is_guarded():
    model = small_model(mode="graph")
    before = state(model)
    with pytest.raises(ValueError, match="`x` must be finite"):
        model.train_on_batch(spoilt())
    with pytest.raises(ValueError, match="`sample_weight` must be None"):
        model.train_on_batch(GOOD, sample_weight=np.ones(60))
    with pytest.raises(TypeError, match="`x` must hold floating-point"):
        model.train_on_batch((GOOD * 255).astype("uint8"))
    assert_same(state(model)[:-1], before[:-1])
    assert np.isfinite(model.train_on_batch(GOOD, return_dict=True)["loss"])


def test_bytes_from_a_python_dataset_are_refused():
    with pytest.raises(TypeError, match="`x` must yield batches of floating-point images"):
        small_model(mode="graph").fit(Feed((GOOD * 255).astype("uint8")), verbose=0)


def test_bad_batches_can_be_skipped_and_are_counted():
    model = small_model(mode="graph", on_bad_batch="skip")
    reference = small_model(mode="graph", on_bad_batch="skip")
    history = model.fit(batches(spoilt()), epochs=2, verbose=0)
    assert history.history["bad_batches"] == [1, 2]
    good = np.delete(GOOD, slice(20, 30), 0)
    np.testing.assert_array_equal(
        history.history["loss"], reference.fit(batches(good), epochs=2, verbose=0).history["loss"]
    )
    assert_same(state(model), state(reference))


@keras.saving.register_keras_serializable("tests")
class Breaking(klv.terms.Term):
    """Not a number for the brightest image of the third step."""

    def build(self, model):
        self.steps = model.training_steps

    def value(self, step):
        brightness = tf.reduce_sum(step.images, axis=[1, 2, 3])
        breaks = (brightness == tf.reduce_max(brightness)) & (self.steps > 1)
        return tf.where(breaks, np.nan, 0.0)


def test_a_term_that_is_not_finite_is_named():
    model = small_model(mode="graph", terms=[Breaking()])
    row = GOOD[20:30].sum(axis=(1, 2, 3)).argmax()
    with pytest.raises(ValueError, match=f"`breaking` must be finite, .* 2 .* in row {row} of"):
        model.fit(batches(GOOD), verbose=0)
    assert int(model.training_steps) == 2
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@keras.saving.register_keras_serializable("tests")
class Steep(klv.terms.Term):
    """Finite, but its slope is not."""

    def value(self, step):
        loc = step.posterior.gaussian.loc[:, 0]
        return tf.sqrt(tf.abs(loc - tf.stop_gradient(loc)))


@pytest.mark.parametrize("mode", ["graph", slow("xla")])
def test_gradients_that_are_not_finite_are_named(mode):
    model = small_model(mode=mode, terms=[Steep()])
    with pytest.raises(ValueError, match="`gradients` must be finite, received nan after 0 train"):
        model.fit(batches(GOOD), verbose=0)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@pytest.mark.parametrize("drop_remainder", [True, False])
def test_no_step_counts_past_the_end_of_data_of_unknown_size(drop_remainder):
    model, reference = small_model(mode="graph"), small_model(mode="graph")
    data = batches(GOOD, drop_remainder=drop_remainder)
    for _ in range(2):
        for one, images in ((model, data.filter(lambda _: True)), (reference, data)):
            one.fit(images, validation_data=images, epochs=3, verbose=0)
        assert int(model.training_steps) == int(reference.training_steps)
        for one in (model, reference):
            one.rollover_teacher()
        assert_same(state(model), state(reference))


def test_mixed_precision_leaves_no_trace_of_a_bad_batch():
    keras.mixed_precision.set_global_policy("mixed_float16")
    try:
        model = small_model(mode="graph")
        with pytest.raises(ValueError, match="received nan after 2 training steps"):
            model.fit(batches(spoilt()), verbose=0)
        assert int(model.recent_codes.ring.count) == 20
        assert all(np.isfinite(value).all() for value in state(model))
    finally:
        keras.mixed_precision.set_global_policy("float32")


def test_batch_normalization_keeps_its_means():
    encoder = keras.Sequential(
        [
            keras.Input(EVENT_SHAPE),
            keras.layers.Flatten(),
            keras.layers.Dense(8),
            keras.layers.BatchNormalization(),
        ]
    )
    decoder = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(64), keras.layers.Reshape(EVENT_SHAPE)]
    )
    model = small_model(mode="graph", network=(encoder, decoder), terms=[Breaking()])
    with pytest.raises(ValueError, match="`breaking`"):
        model.fit(batches(GOOD), verbose=0)
    moving = encoder.layers[-1].moving_mean.numpy()
    reference = small_model(mode="graph", network=(encoder, decoder), terms=[Breaking()])
    assert int(reference.training_steps) == 0
    assert np.isfinite(moving).all()


@pytest.mark.parametrize("method", ["evaluate", "predict"])
def test_a_later_batch_is_looked_at_when_the_model_is_asked(method):
    model = small_model(mode="graph")
    with pytest.raises(ValueError, match=r"`x` must hold finite values.*received 255 in a later"):
        getattr(model, method)(batches(spoilt(255.0)), verbose=0)
    assert np.isfinite(getattr(model, method)(batches(GOOD), verbose=0)).all()


@pytest.mark.parametrize("method", ["encode", "reconstruct", "negative_elbo"])
def test_a_later_batch_is_looked_at_by_the_answers(method):
    with pytest.raises(ValueError, match=r"`images` must lie in \[0, 1\]"):
        getattr(small_model(), method)(batches(spoilt(255.0)))


@pytest.mark.parametrize("method", ["predict", "predict_on_batch", "test_on_batch"])
def test_bytes_are_refused_when_the_model_is_asked(method):
    with pytest.raises(ValueError, match="Divide 0-255 images by 255"):
        getattr(small_model(), method)(GOOD * 255)


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict", "encode", "negative_elbo"])
def test_data_without_an_end_are_refused(method):
    name = "x" if method in ("fit", "evaluate", "predict") else "images"
    with pytest.raises(ValueError, match=f"`{name}` must have an end, or a number of steps"):
        getattr(small_model(), method)(batches(GOOD).repeat())


def test_validation_data_without_an_end_are_refused():
    with pytest.raises(ValueError, match="`validation_data` must have an end"):
        small_model().fit(GOOD, validation_data=batches(GOOD).repeat())


def test_data_without_an_end_are_taken_with_a_number_of_steps():
    model, data = small_model(), batches(GOOD).repeat()
    model.fit(data, steps_per_epoch=3, validation_data=data, validation_steps=2, verbose=0)
    assert int(model.training_steps) == 3
    assert np.isfinite(model.evaluate(data, steps=2, verbose=0)).all()


def test_a_student_that_is_not_finite_does_not_become_the_teacher():
    model = small_model()
    learn_task(model, GOOD)
    teacher = [weight.numpy() for weight in model.teacher.weights]
    model.fit(GOOD, verbose=0)
    weight = model.student.trainable_weights[0]
    weight.assign(tf.fill(weight.shape, np.nan))
    with pytest.raises(ValueError, match=r"NaN or infinite values in .*kernel"):
        model.rollover_teacher()
    assert int(model.finished_tasks) == 1
    assert_same([weight.numpy() for weight in model.teacher.weights], teacher)
    model.restore_from_teacher()
    assert_same([weight.numpy() for weight in model.student.weights], teacher)
    learn_task(model, GOOD)
    assert int(model.finished_tasks) == 2


@pytest.mark.parametrize("strategy", ["lifelong", "ewc", "vcl"])
def test_what_is_restored_is_what_the_last_task_ended_with(strategy):
    tasks = klv.tasks.split_by_class("digits", classes=(0, 1))
    model = klv.strategies.get(strategy).build(tasks, seed=0, latent_dim=2)
    model.compile("adam")
    learn_task(model, digits(0))
    ended = [*model.get_weights(), *(one.numpy() for one in model.optimizer.variables)]
    model.fit(digits(1), verbose=0)
    model.restore_from_teacher()
    assert_same([*model.get_weights(), *(one.numpy() for one in model.optimizer.variables)], ended)


def test_there_must_be_something_to_restore():
    with pytest.raises(ValueError, match="`restore_from_teacher` must follow a rollover"):
        small_model().restore_from_teacher()


def test_on_bad_batch_is_checked_and_saved():
    with pytest.raises(ValueError, match="`on_bad_batch` must be one of raise, skip"):
        small_model(on_bad_batch="ignore")
    model = small_model(on_bad_batch="skip")
    assert type(model).from_config(model.get_config()).on_bad_batch == "skip"


def test_seeds_of_any_size_differ():
    model = small_model()
    pictures = [model.generate(2, seed=seed) for seed in (0, 2**32, 2**64)]
    assert len({picture.tobytes() for picture in pictures}) == 3
