import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_lifelong_vae.metrics import agreement, mutual_information, purity

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5)), min_size=1, max_size=60)


def entropy(labels):
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    return -np.sum(shares * np.log(shares))


def test_purity_counts_the_most_frequent_class_of_each_category():
    categories = [0, 0, 0, 1, 1, 2]
    classes = [5, 5, 6, 6, 7, 7]
    assert purity(categories, classes) == pytest.approx((2 + 1 + 1) / 6)
    assert purity(classes, classes) == 1.0
    assert purity([3] * 6, classes) == pytest.approx(2 / 6)


def test_mutual_information_by_hand():
    assert mutual_information([0, 0, 1, 1], [0, 0, 1, 1]) == pytest.approx(np.log(2))
    assert mutual_information([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(0.0, abs=1e-12)
    # p(0, 0) = 1/2, p(0, 1) = p(1, 1) = 1/4
    expected = (
        0.5 * np.log(0.5 / (0.75 * 0.5))
        + 0.25 * np.log(0.25 / (0.75 * 0.5))
        + 0.25 * np.log(0.25 / (0.25 * 0.5))
    )
    assert mutual_information([0, 0, 0, 1], [0, 0, 1, 1]) == pytest.approx(expected)


def test_agreement_is_the_share_of_equal_entries():
    assert agreement([0, 1, 2, 3], [0, 1, 3, 2]) == 0.5
    assert agreement(np.array([4]), [4]) == 1.0


@settings(max_examples=60, deadline=None)
@given(pairs=PAIRS, seed=st.integers(0, 1000))
def test_bounds_and_names_that_do_not_matter(pairs, seed):
    categories, classes = np.array(pairs).T
    rng = np.random.default_rng(seed)
    renamed = rng.permutation(5)[categories] - 7, rng.permutation(6)[classes] * 10
    share, information = purity(categories, classes), mutual_information(categories, classes)
    assert 1 / len(np.unique(classes)) - 1e-12 <= share <= 1
    assert 0 <= information <= min(entropy(categories), entropy(classes)) + 1e-9
    assert purity(*renamed) == share
    assert mutual_information(*renamed) == pytest.approx(information, abs=1e-9)
    assert mutual_information(classes, categories) == pytest.approx(information, abs=1e-9)
    assert agreement(categories, categories) == 1.0


@pytest.mark.parametrize("metric", [purity, mutual_information])
@pytest.mark.parametrize(
    ("categories", "classes", "match"),
    [
        ([], [], r"`categories` must be integers of shape \(n,\)"),
        ([0, 1], [0], r"`classes` must be as long as `categories` \(2\), received 1"),
        ([0.0, 1.0], [0, 1], "`categories` must be integers .* received float64"),
        ([0, 1], [[0, 1]], r"`classes` must be integers .* of shape \(1, 2\)"),
    ],
)
def test_what_are_no_labels_is_refused(metric, categories, classes, match):
    with pytest.raises(ValueError, match=match):
        metric(categories, classes)


def test_agreement_names_its_own_arguments():
    with pytest.raises(ValueError, match=r"`b` must be as long as `a` \(1\), received 2"):
        agreement([0], [0, 1])
    with pytest.raises(ValueError, match="`a` must be integers"):
        agreement([True], [1])
