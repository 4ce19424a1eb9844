import numpy as np
import pytest

from keras_lifelong_vae.metrics import (
    backward_transfer,
    forgetting,
    forward_transfer,
    retention,
)

R = [[3.0, 9.0, 8.0], [4.0, 2.0, 8.5], [5.0, 1.5, 7.0]]
BASELINE = [20.0, 21.0, 22.0]


def test_backward_transfer_is_positive_where_later_tasks_helped():
    assert backward_transfer(R) == pytest.approx(((3.0 - 5.0) + (2.0 - 1.5)) / 2)
    assert backward_transfer(R[:2]) == pytest.approx(3.0 - 4.0)
    assert backward_transfer([[3.0, 9.0], [1.0, 2.0]]) == 2.0


def test_backward_transfer_is_mean_forgetting_with_the_sign_turned():
    assert backward_transfer(R) == pytest.approx(-np.mean(forgetting(R)[:-1]))


def test_forward_transfer_is_positive_where_earlier_tasks_help():
    assert forward_transfer(R, BASELINE) == pytest.approx(((21 - 9.0) + (22 - 8.5)) / 2)
    assert forward_transfer([[3.0, 30.0], [1.0, 2.0]], [20.0, 21.0]) == -9.0


def test_forward_transfer_of_a_begun_run_is_over_the_tasks_that_come_next():
    assert forward_transfer(R[:1], BASELINE) == pytest.approx(21 - 9.0)
    assert forward_transfer(R[:2], BASELINE) == forward_transfer(R, BASELINE)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: backward_transfer(R[:1]), "`R` must have at least 2 finished tasks .* received 1"),
        (lambda: backward_transfer([1.0]), "`R` must have shape"),
        (lambda: forward_transfer([[1.0]], [2.0]), "`R` must have at least 2 tasks .* received 1"),
        (lambda: forward_transfer(R, [1.0, 2.0]), "`baseline` must be 3 finite numbers"),
        (lambda: forward_transfer(R, [1.0, 2.0, np.nan]), "`baseline` must be 3 finite numbers"),
        (lambda: forward_transfer([[np.nan, 1.0]], [1.0, 1.0]), "`R` must hold finite"),
    ],
)
def test_transfer_that_is_not_defined_is_refused(call, match):
    with pytest.raises(ValueError, match=match):
        call()


def test_retention_is_the_share_of_the_way():
    assert retention(250.0, naive=330.0, full_batch=230.0) == pytest.approx(0.8)
    assert retention(330.0, naive=330.0, full_batch=230.0) == 0.0
    assert retention(230.0, naive=330.0, full_batch=230.0) == 1.0
    assert retention(220.0, naive=330.0, full_batch=230.0) == pytest.approx(1.1)
    assert retention(0.5, naive=0.0, full_batch=1.0) == 0.5  # higher is better: the same share


@pytest.mark.parametrize(
    ("scores", "match"),
    [
        ((1.0, 2.0, 2.0), "`naive` must differ from `full_batch`.*received 2.0"),
        ((np.nan, 2.0, 1.0), "`x` must be a finite number, received nan"),
        ((1.0, np.inf, 1.0), "`naive` must be a finite number, received inf"),
        ((1.0, 2.0, -np.inf), "`full_batch` must be a finite number, received -inf"),
    ],
)
def test_retention_that_is_not_defined_is_refused(scores, match):
    with pytest.raises(ValueError, match=match):
        retention(*scores)
