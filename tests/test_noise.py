import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_lifelong_vae import noise
from keras_lifelong_vae.noise import row_words

SEEDS = np.random.default_rng(1).integers(-(2**63), 2**63, 300)
normal = tf.function(
    lambda seed, size: noise.normal(seed, tf.shape(seed)[0], size),
    autograph=False,
    reduce_retracing=True,
)
uniform = tf.function(
    lambda seed: noise.uniform(seed, tf.shape(seed)[0]), autograph=False, reduce_retracing=True
)


@pytest.fixture(scope="module")
def many():
    """The noise of 40,000 neighbouring seeds, `(40000, 5)` and, of split ones, `(40000,)`."""
    seeds = tf.range(40_000, dtype=tf.int64)
    first, second = noise.split(seeds, 2)
    return normal(first, 5).numpy(), uniform(second).numpy()


def test_golden_values():
    seeds = tf.constant([0, 1, -1], tf.int64)
    drawn = noise.normal(seeds, 3, 3)
    words = row_words(tf.constant([0], tf.int64), 5)[0].numpy()
    assert words[:4].tolist() == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    assert noise.uniform(seeds, 3)[0] == (0x6627E8D5 >> 8) / 2**24
    u, v = (words[0] + 0.5) / 2**32, (words[2] + 0.5) / 2**32
    assert drawn[0, 0] == np.float32(np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v))
    assert drawn[0, 2] == np.float32(np.sqrt(-2 * np.log(u)) * np.sin(2 * np.pi * v))
    assert drawn.shape == (3, 3)


@pytest.mark.parametrize("latent_dim", [1, 4, 14])
@pytest.mark.parametrize("size", [1, 2, 7, 256])
def test_a_row_has_the_same_bytes_in_any_batch(latent_dim, size):
    def draws(seeds):
        parts = noise.split(tf.constant(seeds), 3)
        return normal(parts[0], latent_dim).numpy(), uniform(parts[1]).numpy(), parts[2].numpy()

    rows = np.random.default_rng(size).permutation(len(SEEDS))[:size]
    for own, all_rows in zip(draws(SEEDS[rows]), draws(SEEDS), strict=True):
        assert own.tobytes() == all_rows[rows].tobytes()


def test_all_64_bits_of_a_seed_count():
    seeds = tf.constant(np.append(np.int64(0), np.left_shift(np.int64(1), np.arange(64))))
    drawn = [normal(seeds, 2).numpy()[:, 0], uniform(seeds), *noise.split(seeds, 3)]
    assert [len(np.unique(one)) for one in drawn] == [65] * 5


def test_a_seed_of_the_batch_is_that_of_tensorflow():
    own = noise.next_seed(keras.random.SeedGenerator(3))
    assert (own.dtype, own.shape) == (tf.int32, (2,))
    expected = tf.random.stateless_normal((4, 3), own)
    np.testing.assert_array_equal(noise.normal(own, 4, 3), expected)
    np.testing.assert_array_equal(noise.uniform(own, 4), tf.random.stateless_uniform((4,), own))
    parts = noise.split(own, 3)
    assert {part.dtype for part in parts} == {tf.int32}
    np.testing.assert_array_equal(parts, tf.random.split(own, 3))


# Fixed data, so these can't fail by chance; a biased generator has p below 1e-6 at this size.
def test_normal_numbers_are_normal(many):
    for column in many[0].T:
        assert stats.kstest(column, "norm").pvalue > 1e-3
    assert np.abs(many[0]).max() > 4.2


def test_uniform_numbers_are_uniform_and_below_one(many):
    assert stats.kstest(many[1], "uniform").pvalue > 1e-3
    assert many[1].min() >= 0.0
    assert many[1].max() < 1.0


def test_columns_neighbouring_seeds_and_split_ones_are_uncorrelated(many):
    columns = np.column_stack([*many])
    both = np.column_stack([columns[:-1], columns[1:]])
    correlation = np.corrcoef(both, rowvar=False) - np.eye(both.shape[1])
    assert np.abs(correlation).max() < 4.5 / np.sqrt(len(both))
    squares = np.corrcoef(np.square(both), rowvar=False) - np.eye(both.shape[1])
    assert np.abs(squares).max() < 4.5 / np.sqrt(len(both))


def test_what_is_split_off_repeats_neither_its_source_nor_its_siblings():
    parts = np.stack(noise.split(tf.constant(SEEDS), 5))
    assert len(np.unique(np.concatenate([parts.ravel(), SEEDS]))) == 6 * len(SEEDS)
