"""Random numbers that follow from the user's seed alone."""

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
    variant = tf.raw_ops.ShuffleDatasetV3(
        input_dataset=tf.data.experimental.to_variant(tf.data.Dataset.range(size)),
        buffer_size=size,
        reshuffle_each_iteration=True,
        **_random_arguments(seed),
    )
    return tf.data.experimental.from_variant(variant, tf.TensorSpec((), tf.int64))


def random_integers(seed: int) -> tf.data.Dataset:
    """Endless uniform integers in [0, 2**32), others in every epoch."""
    variant = tf.raw_ops.RandomDatasetV2(rerandomize_each_iteration=True, **_random_arguments(seed))
    return tf.data.experimental.from_variant(variant, tf.TensorSpec((), tf.int64))


def _random_arguments(seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "seed2": _SECOND_SEED,
        "seed_generator": tf.raw_ops.DummySeedGenerator(),
        "output_types": [tf.int64],
        "output_shapes": [[]],
    }
