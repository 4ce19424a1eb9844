import keras
import numpy as np
import pytest
from keras_lifelong_vae.experiments.cooldown import Cooldown


def test_it_is_constant_and_then_falls_straight_to_zero():
    rates = Cooldown(0.02, 100, share=0.4)(np.array([0, 59, 60, 70, 80, 100, 500]))
    np.testing.assert_allclose(rates, [0.02, 0.02, 0.02, 0.015, 0.01, 0.0, 0.0], atol=1e-9)


def test_its_config_makes_it_again():
    schedule = Cooldown(0.02, 100, share=0.4)
    config = keras.optimizers.schedules.serialize(schedule)
    again = keras.optimizers.schedules.deserialize(config)
    assert isinstance(again, Cooldown)
    np.testing.assert_array_equal(again(np.arange(101)), schedule(np.arange(101)))


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1])
def test_a_share_out_of_range_is_refused(share):
    with pytest.raises(ValueError, match=r"`share` must be in \(0, 1\], received"):
        Cooldown(0.02, 100, share)
