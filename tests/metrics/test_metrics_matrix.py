import numpy as np
import pytest

from keras_lifelong_vae.metrics import forgetting, mean_final

R = [[3.0, 9.0, 8.0], [4.0, 2.0, 8.5], [5.0, 1.5, 7.0]]


def test_mean_final_weighs_every_test_image_alike():
    assert mean_final(R, [10, 30, 60]) == pytest.approx((5 * 10 + 1.5 * 30 + 7 * 60) / 100)


def test_mean_final_of_a_begun_run_is_over_the_finished_tasks():
    assert mean_final(R[:2], [10, 30, 60]) == pytest.approx((4 * 10 + 2 * 30) / 40)


def test_forgetting_is_the_end_minus_right_after_learning():
    np.testing.assert_allclose(forgetting(R), [2.0, -0.5, 0.0])
    np.testing.assert_allclose(forgetting(R[:2]), [1.0, 0.0])


@pytest.mark.parametrize("matrix", [[], [1.0, 2.0], [[1.0], [2.0]], [[np.inf]], [[]]])
def test_what_is_no_matrix_is_refused(matrix):
    for metric in (forgetting, lambda bad: mean_final(bad, [1])):
        with pytest.raises(ValueError, match="`R` must"):
            metric(matrix)


@pytest.mark.parametrize("sizes", [[1, 2], [1, 2, 0], [1, 2, 3, 4]])
def test_sizes_that_do_not_fit_are_refused(sizes):
    with pytest.raises(ValueError, match="`test_sizes` must be 3 numbers"):
        mean_final(R, sizes)
