"""An own term of the loss is one class."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from extending_helpers import digit_tasks, learn, lines_of, small

import keras_lifelong_vae as klv


@keras.saving.register_keras_serializable("extending")
class ShortCodes(klv.terms.Term):
    """Half the squared length of z_c, beyond what is free."""

    def __init__(self, weight=1.0, name=None, free=0.0):
        super().__init__(weight, name)
        self.free = free

    def value(self, step):
        return tf.nn.relu(0.5 * tf.reduce_sum(step.code.continuous**2, axis=-1) - self.free)

    def get_config(self):
        return {**super().get_config(), "free": self.free}


def test_it_takes_at_most_15_lines():
    assert lines_of(ShortCodes) <= 15


def test_it_is_weighed_and_logged_under_its_name():
    tasks = digit_tasks()
    terms = [klv.terms.Consistency(2.0), ShortCodes(0.5, free=1.0)]
    model = klv.LifelongVAE(tasks.event_shape, network=small(tasks), terms=terms, seed=0)
    for history in learn(model, tasks):
        logged = {name: np.array(history[name]) for name in history if not name.startswith("val")}
        parts = ("reconstruction", "kl_gaussian", "kl_categorical", "cross_reconstruction")
        total = sum(logged[name] for name in parts)
        total += 2.0 * logged["consistency"] + 0.5 * logged["short_codes"]
        np.testing.assert_allclose(logged["loss"], total, rtol=1e-5)
        assert (logged["short_codes"] > 0).all()


@pytest.mark.slow
def test_it_shortens_the_codes():
    tasks = digit_tasks(1)
    images = next(iter(tasks[0].test))
    lengths = {}
    for weight in (0.0, 30.0):
        model = klv.LifelongVAE(
            tasks.event_shape, network=small(tasks), terms=[ShortCodes(weight)], seed=0
        )
        learn(model, tasks, epochs=20)
        encoding = model.encode(images)
        lengths[weight] = float(np.mean(encoding.loc**2 + encoding.scale**2))
    assert lengths[30.0] < 0.5 * lengths[0.0]


def test_it_is_saved_and_loaded_with_the_model(tmp_path):
    tasks = digit_tasks()
    model = klv.LifelongVAE(
        tasks.event_shape, network=small(tasks), terms=[ShortCodes(0.5, free=3.0)], seed=0
    )
    learn(model, tasks[:1])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    (term,) = (term for term in loaded.terms if term.name == "short_codes")
    assert type(term) is ShortCodes
    assert (term.weight, term.free) == (0.5, 3.0)
    first, second = (learn(one, tasks[1:])[0]["short_codes"] for one in (model, loaded))
    np.testing.assert_array_equal(first, second)


def test_two_terms_of_one_name_are_refused():
    with pytest.raises(ValueError, match="`terms` must have distinct names"):
        klv.LifelongVAE((8, 8, 1), terms=[ShortCodes(), ShortCodes()])


def test_what_is_no_term_is_refused():
    with pytest.raises(TypeError, match=r"`terms` must hold `klv\.terms\.Term`s, received 'ewc'"):
        klv.LifelongVAE((8, 8, 1), terms=["ewc"])
