import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from keras_lifelong_vae.export.row_noise import row_noise, row_words

SEEDS = np.random.default_rng(1).integers(-(2**63), 2**63, 300)
noise = tf.function(row_noise, autograph=False, reduce_retracing=True)


@pytest.fixture(scope="module")
def many():
    """The noise of 40,000 neighbouring seeds, `(40000, 5)` and `(40000,)`."""
    return [part.numpy() for part in noise(tf.range(40_000, dtype=tf.int64), 5)]


def test_golden_values():
    normal, uniform = row_noise(tf.constant([0, 1, -1], tf.int64), 3)
    words = row_words(tf.constant([0], tf.int64), 5)[0].numpy()
    assert words[:4].tolist() == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    assert uniform[0] == (0x6627E8D5 >> 8) / 2**24
    u, v = (words[1] + 0.5) / 2**32, (words[3] + 0.5) / 2**32
    assert normal[0, 0] == np.float32(np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v))
    assert normal[0, 2] == np.float32(np.sqrt(-2 * np.log(u)) * np.sin(2 * np.pi * v))
    assert normal.shape == (3, 3)


@pytest.mark.parametrize("latent_dim", [1, 4, 14])
@pytest.mark.parametrize("size", [1, 2, 7, 256])
def test_a_row_has_the_same_bytes_in_any_batch(latent_dim, size):
    whole = [part.numpy() for part in noise(tf.constant(SEEDS), latent_dim)]
    rows = np.random.default_rng(size).permutation(len(SEEDS))[:size]
    part = noise(tf.constant(SEEDS[rows]), latent_dim)
    for own, all_rows in zip(part, whole, strict=True):
        assert own.numpy().tobytes() == all_rows[rows].tobytes()


def test_all_64_bits_of_a_seed_count():
    seeds = np.append(np.int64(0), np.left_shift(np.int64(1), np.arange(64)))
    normal, uniform = noise(tf.constant(seeds), 2)
    assert len(np.unique(normal.numpy()[:, 0])) == len(np.unique(uniform)) == 65


# Fixed data, so these can't fail by chance; a biased generator has p below 1e-6 at this size.
def test_normal_numbers_are_normal(many):
    normal, _ = many
    for column in normal.T:
        assert stats.kstest(column, "norm").pvalue > 1e-3
    assert np.abs(normal).max() > 4.2


def test_uniform_numbers_are_uniform_and_below_one(many):
    _, uniform = many
    assert stats.kstest(uniform, "uniform").pvalue > 1e-3
    assert uniform.min() >= 0.0
    assert uniform.max() < 1.0


def test_columns_and_neighbouring_seeds_are_uncorrelated(many):
    columns = np.column_stack([*many])
    both = np.column_stack([columns[:-1], columns[1:]])
    correlation = np.corrcoef(both, rowvar=False) - np.eye(both.shape[1])
    assert np.abs(correlation).max() < 4.5 / np.sqrt(len(both))
    squares = np.corrcoef(np.square(both), rowvar=False) - np.eye(both.shape[1])
    assert np.abs(squares).max() < 4.5 / np.sqrt(len(both))
