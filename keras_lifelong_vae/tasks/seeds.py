"""Random numbers that follow from the user's seed alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

_SECOND_SEED = 1  # never 0: a pair of zeros asks TensorFlow for a seed of its own


def derived_seed(seed: int, *purpose: str) -> int:
    """A seed in [0, 2**63) that depends on the user's `seed` and the words of `purpose` alone."""
    # The words are names, not positions: a task is the same whether it is built first or last.
    entropy = [seed, *"\0".join(purpose).encode()]
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0] >> np.uint64(1))


def shuffled_range(size: int, seed: int) -> tf.data.Dataset:
    """The integers 0..size-1, in another order in every epoch."""
    # Unlike `Dataset.shuffle`, it does not depend on the seed of `keras.utils.set_random_seed`: the
    # images keep their order when a script reseeds the weights.
    source = tf.data.experimental.to_variant(tf.data.Dataset.range(size))
    options = {"input_dataset": source, "buffer_size": size, "reshuffle_each_iteration": True}
    return _integers(tf.raw_ops.ShuffleDatasetV3, seed, **options)


def random_integers(seed: int) -> tf.data.Dataset:
    """Endless uniform integers in [0, 2**32), others in every epoch."""
    return _integers(tf.raw_ops.RandomDatasetV2, seed, rerandomize_each_iteration=True)


def _integers(operation: Callable[..., Any], seed: int, **options: Any) -> tf.data.Dataset:
    variant = operation(
        seed=seed,
        seed2=_SECOND_SEED,
        seed_generator=tf.raw_ops.DummySeedGenerator(),
        output_types=[tf.int64],
        output_shapes=[[]],
        **options,
    )
    return tf.data.experimental.from_variant(variant, tf.TensorSpec((), tf.int64))
