import math

import numpy as np
import pytest
from report_helpers import measurement, results, three_strategies

from keras_lifelong_vae.experiments.report import summary
from keras_lifelong_vae.experiments.report.tables import written


def of(quantity, run, *others):
    return quantity.value(run, summary.peers_of(run, [run, *others]))


def test_figures_of_a_run_by_hand():
    later = measurement(8.0, [0.75, 0.25], agreement=0.25, purity=0.5)
    run = results(measured=[measurement(), later])
    assert of(summary.BOUND, run) == 2.5  # (4 * 10 + 2 * 30) / 40
    assert of(summary.FORGETTING, run) == 1.0
    assert of(summary.FRECHET, run) == 8.0
    assert of(summary.SMALLEST_SHARE, run) == 0.25
    entropy = 0.75 * math.log2(4 / 3) + 0.25 * 2
    assert of(summary.EVENNESS, run) == pytest.approx(entropy)
    assert of(summary.PURITY, run) == 0.5
    assert of(summary.AGREEMENT, run) == 0.25
    assert of(summary.OWN_TASK, run) == 0.75
    assert of(summary.SPEED, run) == 10.0
    assert of(summary.MINUTES, run) == pytest.approx(2 / 60)


def test_retention_is_between_naive_and_full_batch_of_the_same_seed():
    naive, lifelong, full = three_strategies()
    # naive (12 * 10 + 2 * 30) / 40 = 4.5, lifelong 2.5, full-batch 2
    assert of(summary.RETENTION, lifelong, naive, full) == pytest.approx(0.8)
    assert of(summary.RETENTION, naive, full) == 0.0
    assert of(summary.RETENTION, full, naive) == 1.0
    assert of(summary.RETENTION, lifelong, naive) is None
    other = results("full-batch", 1, [[2.0, 2.0]])
    assert of(summary.RETENTION, lifelong, naive, other) is None


def test_retention_of_the_first_task_looks_at_no_other():
    naive, lifelong, _ = three_strategies()
    full = results("full-batch", R=[[1.0, 9.0]])
    assert of(summary.FIRST_RETENTION, lifelong, naive, full) == pytest.approx(8 / 11)
    assert of(summary.FIRST_RETENTION, full, naive) == 1.0
    assert of(summary.FIRST_RETENTION, lifelong, naive) is None


def test_retention_is_left_out_where_there_is_nothing_to_retain():
    runs = [results("naive", R=[[2.0, 2.0]] * 2), results("full-batch", R=[[2.0, 2.0]])]
    assert summary.spreads(summary.RETENTION, runs) == {}


def test_what_a_run_lacks_is_none():
    full = results("full-batch", R=[[2.0, 2.0]], measured=[{}])
    quantities = [summary.FORGETTING, summary.FRECHET, summary.EVENNESS]
    quantities += [summary.AGREEMENT, summary.OWN_TASK, summary.IMPORTANCE_WEIGHTED]
    assert [of(quantity, full) for quantity in quantities] == [None] * 6
    single = results(R=[[2.0]], sizes=[5], measured=[measurement(shares=[1.0])])
    assert of(summary.FORGETTING, single) is None
    assert of(summary.EVENNESS, single) is None


def test_spread_is_the_sample_standard_deviation():
    runs = three_strategies((0, 1, 2))
    spread = summary.spreads(summary.BOUND, runs)["lifelong"]
    assert spread == summary.Spread(3.5, 1.0, 3)
    assert written(spread, 2, 3) == "3.50 ± 1.00"
    assert written(spread, 2, 4) == "3.50 ± 1.00 (3 of 4)"
    assert written(summary.Spread(-0.001, None, 1), 2, 1) == "0.00"
    assert written(None, 2, 3) == "–"


def test_progress_weighs_the_tasks_seen_by_their_test_images():
    run = results()
    np.testing.assert_allclose(summary.progress(run), [3.0, 2.5])
    np.testing.assert_allclose(summary.same_tasks(run), [4.0, 2.5])
