import keras
import numpy as np
import pytest
from model_helpers import joint_latent

from keras_lifelong_vae import ExponentialTemperature, schedules


def test_it_falls_exponentially_to_its_minimum():
    schedule = ExponentialTemperature(0.9, 1e-3, 0.4)
    steps = np.array([0, 100, 500, 5000])
    expected = np.maximum(0.9 * np.exp(-1e-3 * steps), 0.4)
    np.testing.assert_allclose(schedule(steps), expected, rtol=1e-6)


def test_the_default_is_the_documented_one():
    for schedule in (ExponentialTemperature(), joint_latent().temperature, schedules.get(None)):
        assert float(schedule(0)) == 1.0
        assert float(schedule(10_000)) == pytest.approx(np.exp(-0.3), rel=1e-5)
        assert float(schedule(1_000_000)) == 0.5


def test_its_config_makes_it_again():
    schedule = ExponentialTemperature(0.9, 1e-3, 0.4)
    config = keras.optimizers.schedules.serialize(schedule)
    again = keras.optimizers.schedules.deserialize(config)
    assert isinstance(again, ExponentialTemperature)
    assert again.get_config() == schedule.get_config()


def test_a_number_is_a_temperature_that_stays():
    schedule = schedules.get(0.3)
    np.testing.assert_allclose(schedule(np.array([0, 10**6])), 0.3, rtol=1e-6)


def test_a_schedule_of_keras_is_one_too():
    schedule = keras.optimizers.schedules.CosineDecay(1.0, 100, 0.2)
    assert schedules.get(schedule) is schedule


@pytest.mark.parametrize("name", ["initial", "minimum"])
def test_a_temperature_is_greater_than_0(name):
    with pytest.raises(ValueError, match=f"`{name}` must be greater than 0, received 0.0"):
        ExponentialTemperature(**{name: 0.0})
    with pytest.raises(ValueError, match="`temperature` must be greater than 0, received -1"):
        schedules.get(-1)


def test_what_is_no_schedule_is_refused():
    for temperature in ("hot", True):
        with pytest.raises(TypeError, match="`temperature` must be a number, a schedule"):
            schedules.get(temperature)
