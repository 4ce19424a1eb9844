"""The first sentences of a report, from figures made by hand."""

from report_helpers import measurement, results, three_strategies, write_grid

from keras_lifelong_vae.experiments.report.contents import read_contents
from keras_lifelong_vae.experiments.report.opening import opening


def opened(directory, runs):
    return opening(read_contents(write_grid(directory, runs)))


def lifelong(distance, seed=0, strategy="lifelong"):
    return results(strategy, seed, measured=[measurement(), measurement(distance)])


def test_it_says_what_was_remembered_and_generated(tmp_path):
    text = opened(tmp_path, three_strategies((0, 1)))
    assert "lifelong has a -ELBO of 3.00 nats per test image" in text
    assert "naive, which does nothing against forgetting, has 5.00" in text
    assert "full-batch, which has all data at once, 2.50: a retention of 0.800." in text
    assert "Fréchet distance of 9.0 to test images, naive's 9.0, full-batch's 9.0." in text
    assert "Lower without data" not in text


def test_it_names_who_is_better_and_what_that_one_keeps(tmp_path):
    better = results("progressive", R=((3.0, 9.0), (1.0, 1.0)))
    text = opened(tmp_path, [results(), better])
    assert "Lower without data is progressive, 1.00, which keeps a column per task." in text


def test_it_admits_that_images_are_better_without_the_consistency_kl(tmp_path):
    runs = [lifelong(d, seed) for seed, d in enumerate((10.0, 14.0))]
    without = [lifelong(d, seed, "no-consistency") for seed, d in enumerate((9.0, 13.0))]
    text = opened(tmp_path / "little", [*runs, *without])
    assert "Without the consistency KL it is 1.0 lower, less than one standard deviation" in text
    without = [lifelong(d, seed, "no-consistency") for seed, d in enumerate((5.0, 6.0))]
    text = opened(tmp_path / "much", [*runs, *without])
    assert "it is 6.5 lower, more than one standard deviation" in text


def test_there_is_none_without_lifelong(tmp_path):
    assert opened(tmp_path, [results("naive")]) == ""
