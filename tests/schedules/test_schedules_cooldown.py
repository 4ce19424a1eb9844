import keras
import numpy as np
import pytest
from model_helpers import arrays_equal, digits, small_model

from keras_lifelong_vae.schedules import Cooldown


def test_it_is_constant_and_then_falls_in_a_straight_line():
    rates = Cooldown(0.02, 100, share=0.4)(np.array([0, 59, 60, 70, 80, 99]))
    np.testing.assert_allclose(rates, [0.02, 0.02, 0.02, 0.015, 0.01, 0.0005], atol=1e-9)


def test_it_warms_up_in_a_straight_line():
    rates = Cooldown(0.02, 100, share=0.4, warmup=0.1)(np.array([0, 4, 9, 10, 59, 80, 100]))
    np.testing.assert_allclose(rates, [0.002, 0.01, 0.02, 0.02, 0.02, 0.01, 0.002], atol=1e-8)


def test_after_its_end_it_begins_again_and_is_never_0():
    schedule = Cooldown(0.02, 100, share=0.4)
    once = schedule(np.arange(100))
    np.testing.assert_array_equal(schedule(np.arange(100, 200)), once)
    np.testing.assert_array_equal(schedule(np.arange(700, 800)), once)
    assert np.min(once) > 0


def test_its_config_makes_it_again():
    schedule = Cooldown(0.02, 100, share=0.4, warmup=0.2)
    config = keras.optimizers.schedules.serialize(schedule)
    again = keras.optimizers.schedules.deserialize(config)
    assert isinstance(again, Cooldown)
    np.testing.assert_array_equal(again(np.arange(101)), schedule(np.arange(101)))


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1])
def test_a_share_out_of_range_is_refused(share):
    with pytest.raises(ValueError, match=r"`share` must be in \(0, 1\], received"):
        Cooldown(0.02, 100, share)


@pytest.mark.parametrize("warmup", [-0.1, 1.0])
def test_a_warmup_out_of_range_is_refused(warmup):
    with pytest.raises(ValueError, match=r"`warmup` must be in \[0, 1\), received"):
        Cooldown(0.02, 100, warmup=warmup)


def test_a_training_that_goes_on_after_its_end_still_learns():
    model = small_model(compiled=False, replay=None)
    model.compile(keras.optimizers.Adam(Cooldown(5e-3, 4)), run_eagerly=True)
    images = digits(0, 128)  # four batches an epoch
    model.fit(images, verbose=0)
    for _ in range(2):
        before, bound = model.student.get_weights(), model.evaluate(images, verbose=0)[0]
        model.fit(images, verbose=0)
        assert not arrays_equal(before, model.student.get_weights())
        assert model.evaluate(images, verbose=0)[0] < bound - 0.5


def test_a_rollover_starts_it_again():
    model = small_model(compiled=False)
    model.compile(keras.optimizers.Adam(Cooldown(1e-3, 100, share=1.0)), run_eagerly=True)
    model.fit(digits(0, 64), verbose=0)
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-3 * 0.98)
    model.rollover_teacher()
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-3)
