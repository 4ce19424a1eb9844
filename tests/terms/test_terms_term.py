"""What all terms have in common: a weight, a name, a config, a place in loss and logs."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from model_helpers import arrays_equal, digits, small_model, step_of

import keras_lifelong_vae as klv
from keras_lifelong_vae import TeacherRollover, terms
from keras_lifelong_vae.replay import real_only

NAMES = (
    "category_target",
    "consistency",
    "cross_reconstruction",
    "distillation",
    "ewc",
    "info_gan",
    "information",
    "kl",
    "reconstruction",
)


@keras.saving.register_keras_serializable("tests")
class SmallCodes(terms.Term):
    """The example of the documentation, with a state of its own."""

    def build(self, model):
        self.seen = klv.terms.ewc.Ring(2, (model.latent_dim,))
        self.ended = 0

    @property
    def state(self):
        return [self.seen]

    def value(self, step):
        return tf.reduce_sum(tf.square(step.code.continuous), axis=-1)

    def observe(self, step):
        self.seen.remember(step.code.continuous, step.is_real)

    def end_task(self, model):
        self.ended += 1


def test_every_term_is_found_by_its_name():
    for name in NAMES:
        term = terms.get(name)(weight=0.5)
        assert (term.name, term.weight) == (name, 0.5)
    with pytest.raises(ValueError, match=r"`term` must be one of category_target.*received 'gem'"):
        terms.get("gem")


@pytest.mark.parametrize("name", NAMES)
def test_its_config_makes_it_again(name):
    term = terms.get(name)(weight=0.5)
    config = keras.saving.serialize_keras_object(term)
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is type(term)
    assert again.get_config() == term.get_config()


@pytest.mark.parametrize("name", NAMES)
def test_a_weight_is_a_finite_number_of_at_least_0(name):
    for weight in (-1.0, float("nan"), float("inf"), "1", True):
        with pytest.raises(ValueError, match="`weight` must be a finite number of at least 0"):
            terms.get(name)(weight=weight)


def test_a_term_of_ones_own_is_weighed_logged_and_saved(tmp_path):
    model = small_model(terms=[terms.Consistency(), SmallCodes(0.1, name="codes")])
    history = model.fit(digits(0, 64), epochs=2, verbose=0, callbacks=[TeacherRollover()]).history
    others = {"reconstruction", "cross_reconstruction", "consistency", "kl_gaussian"}
    assert set(history) == others | {"kl_categorical", "codes", "loss"}
    rest = sum(np.array(history[name]) for name in others)
    np.testing.assert_allclose(
        history["loss"], rest + history["kl_categorical"] + 0.1 * np.array(history["codes"]), 1e-5
    )
    own = model.terms[-1]
    assert own.ended == 1
    assert own.seen.collect().shape == (2, 4)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded.terms[-1]) is SmallCodes
    assert arrays_equal(model.get_weights(), loaded.get_weights())
    np.testing.assert_array_equal(loaded.terms[-1].seen.collect(), own.seen.collect())


def test_it_costs_nothing_without_weight():
    class Expensive(terms.Term):
        def value(self, step):
            raise AssertionError("it was computed")

    model = small_model(replay=None, terms=[Expensive(0.0)])
    _, logs = model.batch_loss(step_of(model, real_only(tf.constant(digits(0, 3)))))
    assert float(logs["expensive"]) == 0.0


def test_one_number_for_all_rows_counts_once():
    class Constant(terms.Term):
        def value(self, step):
            return tf.constant(3.0)

    model, plain = small_model(replay=None, terms=[Constant(2.0)]), small_model(replay=None)
    batch = real_only(tf.constant(digits(0, 5)))
    gap = model.batch_loss(step_of(model, batch))[0] - plain.batch_loss(step_of(plain, batch))[0]
    assert float(gap) == pytest.approx(6.0, rel=1e-5)


def test_a_term_without_a_value_says_so():
    class Nothing(terms.Term):
        pass

    model = small_model(replay=None, terms=[Nothing()])
    with pytest.raises(NotImplementedError, match=r"Nothing must have a method `value\(step\)`"):
        model.batch_loss(step_of(model, real_only(tf.constant(digits(0, 3)))))


def test_elbo_is_always_there_and_a_term_in_the_list_takes_its_place():
    names = [term.name for term in small_model(replay=None, terms=[]).terms]
    assert names == ["reconstruction", "kl"]
    own = terms.KL(0.5, "complexity")
    model = small_model(replay=None, terms=[own])
    assert [term.name for term in model.terms] == ["reconstruction", "complexity"]
    history = model.fit(digits(0, 32), verbose=0).history
    assert {"complexity_gaussian", "complexity_categorical"} <= set(history)


def test_the_terms_of_a_model_that_says_nothing():
    with_replay = {term.name: term.weight for term in small_model(compiled=False).terms}
    assert with_replay == dict.fromkeys(
        ("reconstruction", "kl", "cross_reconstruction", "consistency", "category_target"), 1.0
    )
    assert {term.name for term in small_model(replay=None).terms} == {"reconstruction", "kl"}


@pytest.mark.parametrize(
    "given",
    [
        [terms.Consistency(), terms.Consistency(0.5)],
        [terms.Consistency(name="kl")],
        [terms.Consistency(name="loss")],
        [terms.Consistency(name="negative_elbo")],
    ],
    ids=lambda given: given[0].name,
)
def test_names_are_distinct(given):
    with pytest.raises(ValueError, match="`terms` must have distinct names"):
        small_model(terms=given)


@pytest.mark.parametrize("name", ["kl_gaussian", "reconstruction"])
def test_names_in_the_logs_are_distinct_too(name):
    with pytest.raises(ValueError, match="`terms` must have distinct names"):
        small_model(terms=[terms.Information(0.1, name=name)])


def test_what_is_no_term_is_refused():
    with pytest.raises(TypeError, match=r"`terms` must hold `klv\.terms\.Term`s, received 'kl'"):
        small_model(terms=["kl"])


def test_one_instance_in_two_models_does_not_mix_them_up():
    shared = [terms.EWC(1.0, images=8)]
    first, second = small_model(replay=None, terms=shared), small_model(replay=None, terms=shared)
    assert first.terms[-1].fisher is not second.terms[-1].fisher
