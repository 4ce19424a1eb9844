"""Several training steps on each batch, for streams that show an image once."""

import numpy as np
import pytest
import tensorflow as tf
from model_helpers import arrays_equal, digits, small_model

import keras_lifelong_vae as klv


def batches(images, times=1):
    return np.concatenate([np.tile(part, (times, 1, 1, 1)) for part in np.split(images, 4)])


@pytest.mark.parametrize("mode", ["eager", "graph"])
def test_each_batch_is_learned_as_if_it_came_that_often(mode):
    often, repeated = small_model(mode=mode, updates_per_batch=3), small_model(mode=mode)
    for label in (0, 1):
        images = digits(label, 40)
        for model, data in ((often, batches(images)), (repeated, batches(images, 3))):
            model.fit(data, batch_size=10, shuffle=False, verbose=0)
        assert int(often.training_steps) == int(repeated.training_steps) == 12 * (label + 1)
        assert int(often.recent_codes.ring.count) == 40  # each image once, by its newest code
        assert int(repeated.recent_codes.ring.count) == 120
        often.rollover_teacher()
        repeated.rollover_teacher()
        repeated.aggregate_posterior.set_weights(often.aggregate_posterior.get_weights())
        repeated.typical_sets.set_weights(often.typical_sets.get_weights())
    assert arrays_equal(often.student.get_weights(), repeated.student.get_weights())


class Late(klv.terms.Term):
    """Infinite in the third step alone."""

    def build(self, model):
        self.steps = model.training_steps

    def value(self, step):
        ends = tf.where(self.steps == 2, np.inf, 0.0)
        return tf.fill(tf.shape(step.images)[:1], ends)


def test_a_bad_step_is_the_last_of_its_batch():
    model = small_model(updates_per_batch=4, terms=[Late()])
    with pytest.raises(ValueError, match="`late` must be finite, received inf after 2"):
        model.fit(digits(0, 20), batch_size=10, verbose=0)
    model = small_model(updates_per_batch=4, terms=[Late()], on_bad_batch="skip")
    assert model.fit(digits(0, 20), batch_size=10, verbose=0).history["bad_batches"] == [2]
    assert int(model.training_steps) == 2
    assert not int(model.recent_codes.ring.count)


def test_a_batch_of_a_stream_is_judged_once():
    model = small_model(updates_per_batch=2)
    images = np.concatenate([digits(0, 128), digits(1, 128)])
    detector = klv.TransitionDetector()
    model.fit(images, batch_size=32, shuffle=False, verbose=0, callbacks=[detector])
    assert int(model.training_steps) == 16


@pytest.mark.parametrize("updates", [0, 1.5, True, "2"])
def test_it_is_an_integer_of_at_least_one(updates):
    with pytest.raises(ValueError, match="`updates_per_batch` must be an integer of at least 1"):
        small_model(compiled=False, updates_per_batch=updates)


def test_it_is_saved():
    model = small_model(compiled=False, updates_per_batch=3)
    assert type(model).from_config(model.get_config()).updates_per_batch == 3
