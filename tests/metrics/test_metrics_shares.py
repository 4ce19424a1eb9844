import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_lifelong_vae.metrics import class_shares, evenness


def test_class_shares_count_absent_classes_too():
    np.testing.assert_allclose(class_shares([0, 3, 3, 1], 5), [0.25, 0.25, 0, 0.5, 0])


def test_evenness_by_hand():
    assert evenness([0.25] * 4) == pytest.approx(1.0)
    assert evenness([0.0, 1.0, 0.0]) == 0.0
    assert evenness([0.5, 0.5, 0.0, 0.0]) == pytest.approx(0.5)


@settings(max_examples=50, deadline=None)
@given(classes=st.lists(st.integers(0, 6), min_size=1, max_size=50))
def test_shares_sum_to_one_and_evenness_ignores_order(classes):
    shares = class_shares(classes, 7)
    assert shares.sum() == pytest.approx(1.0)
    assert 0 <= evenness(shares) <= 1
    assert evenness(shares[::-1]) == pytest.approx(evenness(shares))


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: class_shares([0, 3], 3), r"`classes` must lie in \[0, 3\), .* from 0 to 3"),
        (lambda: class_shares([-1], 3), r"`classes` must lie in \[0, 3\)"),
        (lambda: class_shares([], 3), "`classes` must be integers"),
        (lambda: class_shares([0], 0), "`num_classes` must be an integer of at least 1"),
        (lambda: evenness([1.0]), r"`shares` must have shape \(n,\) with n >= 2"),
        (lambda: evenness([0.5, 0.6]), "`shares` must be at least 0 and sum to 1"),
        (lambda: evenness([1.5, -0.5]), "`shares` must be at least 0 and sum to 1"),
        (lambda: evenness([np.nan, 1.0]), "`shares` must be at least 0 and sum to 1"),
    ],
)
def test_bad_arguments_are_refused(call, match):
    with pytest.raises(ValueError, match=match):
        call()
