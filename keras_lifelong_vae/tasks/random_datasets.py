"""Random `tf.data` sources whose numbers follow from their own seed alone.

`Dataset.shuffle` and `Dataset.random` mix the global seed of `tf.random.set_seed` (and so of
`keras.utils.set_random_seed`) into theirs. The raw operations behind them take both halves of the
seed, so the images keep their order when a script reseeds the weights.
"""

from typing import Any

import tensorflow as tf

_SECOND_SEED = 1  # never 0: a pair of zeros asks TensorFlow for a seed of its own


def shuffled_range(size: int, seed: int) -> tf.data.Dataset:
    """Return the integers 0..size-1 in random order, another order in every epoch."""
    variant = tf.raw_ops.ShuffleDatasetV3(
        input_dataset=tf.data.experimental.to_variant(tf.data.Dataset.range(size)),
        buffer_size=size,
        reshuffle_each_iteration=True,
        **_random_arguments(seed),
    )
    return tf.data.experimental.from_variant(variant, tf.TensorSpec((), tf.int64))


def random_integers(seed: int) -> tf.data.Dataset:
    """Return endless uniform integers in [0, 2**32), others in every epoch."""
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
