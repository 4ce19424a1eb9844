"""Several replicas of a model under `tf.distribute`: what they have to agree on."""

from typing import Any

import tensorflow as tf

from keras_lifelong_vae.step_guard import WHOLE_BATCH, Verdict
from keras_lifelong_vae.types import Tensor

_DEFAULT = tf.distribute.get_strategy()


def number(strategy: Any = None) -> int:
    """How many replicas learn together, by the present strategy if `None`."""
    return int((strategy or tf.distribute.get_strategy()).num_replicas_in_sync)


def synchronize(strategy: Any = None) -> bool:
    """Whether an update waits for all replicas, be it a single one: no branch can do that."""
    strategy = strategy or tf.distribute.get_strategy()
    single = (type(_DEFAULT), tf.distribute.OneDeviceStrategy)
    return not isinstance(strategy, single)


def own_seed(seed: Tensor) -> Tensor:
    """The seed of a batch, int32 `(2,)`; with several replicas each has its own."""
    if number() == 1:
        return seed
    context = tf.distribute.get_replica_context()
    return tf.random.fold_in(seed, context.replica_id_in_sync_group)


def at_least_one(images: Tensor) -> Tensor:
    """The images of this replica, or one of zeros if it has none: it will not count."""
    missing = tf.cast(tf.shape(images)[0] == 0, tf.int32)
    return tf.pad(images, [[0, missing], *[[0, 0]] * (len(images.shape) - 1)])


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
    share = tf.cast(images, tf.float32) / tf.cast(_total(images), tf.float32)
    codes = outcome.codes
    if codes:
        codes = codes._replace(is_real=codes.is_real & (images > 0))
        codes = tf.nest.map_structure(_gathered, codes)
    gradients = [tf.cast(share, one.dtype) * one for one in outcome.gradients]
    names = list(outcome.logs)
    values = _total(share * tf.stack([outcome.loss, *outcome.logs.values()]))
    loss, *logs = tf.unstack(values)
    return outcome._replace(
        gradients=gradients, loss=loss, logs=dict(zip(names, logs, strict=True)), codes=codes
    )


def mean_of_all(values: dict[str, Tensor]) -> tuple[dict[str, Tensor], Tensor]:
    """The mean of each `(num_images,)` over the images of all replicas, and their number."""
    sums = _total(tf.stack([tf.reduce_sum(value) for value in values.values()]))
    number = tf.cast(_total(tf.shape(next(iter(values.values())))[0]), sums.dtype)
    means = tf.unstack(tf.math.divide_no_nan(sums, number))
    return dict(zip(values, means, strict=True)), number


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Whether this process is the one of several workers that writes files."""
    resolver = strategy.cluster_resolver
    if resolver is None or not resolver.task_type:
        return True
    jobs = resolver.cluster_spec().jobs
    return resolver.task_type == ("chief" if "chief" in jobs else "worker") and not resolver.task_id


def as_logs(values: dict[str, Tensor]) -> dict[str, Tensor]:
    """What a step returns: Keras takes the mean over an axis of each value of several workers."""
    several = isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy)
    return {name: value[None] for name, value in values.items()} if several else values


def common(verdict: Verdict, images: Tensor) -> Verdict:
    """The first verdict of all replicas that is not good; a good one if all are.

    Args:
        verdict: Of this replica.
        images: How many it has, `()`: rows are those of the whole batch then.
    """
    if number() == 1:
        return verdict
    every = Verdict(*(_gathered(part[None]) for part in verdict))
    begin = tf.cumsum(_gathered(images[None]), exclusive=True)
    every = every._replace(row=tf.where(every.row == WHOLE_BATCH, every.row, every.row + begin))
    first = tf.argmin(tf.cast(every.good, tf.int32), output_type=tf.int32)
    return Verdict(*(tf.gather(part, first) for part in every))


def _total(values: Tensor) -> Tensor:
    """The sum over all replicas."""
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, values)


def _gathered(rows: Tensor) -> Tensor:
    """The rows of all replicas, one after another."""
    wide = tf.cast(rows, tf.int32) if rows.dtype == tf.bool else rows
    return tf.cast(tf.distribute.get_replica_context().all_gather(wide, axis=0), rows.dtype)
