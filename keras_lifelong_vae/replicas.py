"""Several replicas of a model under `tf.distribute`: what they have to agree on."""

from typing import Any

import tensorflow as tf

from keras_lifelong_vae.types import Tensor


def number() -> int:
    """How many replicas learn together."""
    return int(tf.distribute.get_strategy().num_replicas_in_sync)


def own_seed(seed: Tensor) -> Tensor:
    """The seed of a batch, int32 `(2,)`; with several replicas each has its own."""
    if number() == 1:
        return seed
    context = tf.distribute.get_replica_context()
    return tf.random.fold_in(seed, context.replica_id_in_sync_group)


def of_all(outcome: Any, images: Tensor) -> Any:
    """What a replica's part of a batch says about the whole batch, in which all images weigh alike.

    Gradients are scaled so that their sum over the replicas, which the optimizer takes, is the
    gradient of the whole batch. Codes are those of all replicas. A replica may have no image.

    Args:
        outcome: See `training_step.Outcome`.
        images: How many this replica has, `()`.
    """
    if number() == 1:
        return outcome
    context = tf.distribute.get_replica_context()
    total = context.all_reduce(tf.distribute.ReduceOp.SUM, images)
    share = tf.cast(images, tf.float32) / tf.cast(total, tf.float32)
    return outcome._replace(
        gradients=[tf.cast(share, one.dtype) * one for one in outcome.gradients],
        codes=tuple(_gathered(one) for one in outcome.codes),
        share=share,
    )


def as_logs(values: dict[str, Tensor]) -> dict[str, Tensor]:
    """What a step returns: Keras takes the mean over an axis of each value of several workers."""
    several = isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy)
    return {name: value[None] for name, value in values.items()} if several else values


def common(verdict: Any) -> Any:
    """The first verdict of all replicas that is not good; a good one if all are."""
    if number() == 1:
        return verdict
    every = [_gathered(part[None]) for part in verdict]
    first = tf.argmin(tf.cast(every[0], tf.int32), output_type=tf.int32)
    return type(verdict)(*(tf.gather(part, first) for part in every))


def _gathered(rows: Tensor) -> Tensor:
    """The rows of all replicas, one after another."""
    wide = tf.cast(rows, tf.int32) if rows.dtype == tf.bool else rows
    return tf.cast(tf.distribute.get_replica_context().all_gather(wide, axis=0), rows.dtype)


def number_in(variable: Any) -> int:
    """The whole number that a variable holds, on all replicas the same."""
    return int(variable.numpy() if hasattr(variable, "numpy") else variable)
