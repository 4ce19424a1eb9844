from hypothesis import given
from hypothesis import strategies as st
from tasks_helpers import many_examples

from keras_lifelong_vae.tasks.seeds import derived_seed


@given(seed=st.integers(0, 2**63 - 1), words=st.lists(st.text(), max_size=3))
@many_examples
def test_seeds_fit_a_signed_64_bit_integer(seed, words):
    derived = derived_seed(seed, *words)
    assert isinstance(derived, int)
    assert 0 <= derived < 2**63
    assert derived == derived_seed(seed, *words)


def test_seeds_differ():
    names = [f"task {i}" for i in range(50)]
    seeds = {derived_seed(s, n, use) for s in range(4) for n in names for use in ("train", "test")}
    assert len(seeds) == 4 * 50 * 2
    assert derived_seed(0, "ab", "c") != derived_seed(0, "a", "bc")


def test_seeds_stay_what_they_are():
    """Another value would change every split and order that anyone has published."""
    assert derived_seed(0, "Trouser", "validation") == 7609141810995674356
