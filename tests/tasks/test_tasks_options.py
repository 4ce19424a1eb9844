"""The arguments that the builders share, checked by every builder."""

import numpy as np
import pytest
from tasks_helpers import numbered, small_data

from keras_lifelong_vae import tasks


def by_class(**options):
    return tasks.split_by_class(small_data(), **options)


def permuted(**options):
    return tasks.permuted(small_data(), **options)


def from_arrays(**options):
    return tasks.from_arrays({"a": numbered(40)}, **options)


@pytest.fixture(params=[by_class, permuted, from_arrays], ids=lambda build: build.__name__)
def build(request):
    return request.param


@pytest.mark.parametrize("value", [0, -1, 2.0, True, "8", None, np.nan])
def test_batch_size_is_a_positive_integer(build, value):
    with pytest.raises(ValueError, match="`batch_size` must be an integer of at least 1, received"):
        build(batch_size=value)


@pytest.mark.parametrize("value", [-0.01, 1, 1.5, np.nan, np.inf, True, "0.1", None])
def test_validation_share_is_in_the_half_open_interval(build, value):
    with pytest.raises(
        ValueError, match=r"`validation_share` must be a number in \[0, 1\), received"
    ):
        build(validation_share=value)


@pytest.mark.parametrize("value", [-1, 0.5, True, "0", None])
def test_seed_is_a_natural_number(build, value):
    with pytest.raises(ValueError, match="`seed` must be an integer of at least 0, received"):
        build(seed=value)


def test_numpy_integers_and_a_large_seed(build):
    sequence = build(batch_size=np.int64(5), seed=2**70, validation_share=0)
    assert sequence[0].train.element_spec.shape[0] == 5
    assert sequence[0].validation is None
