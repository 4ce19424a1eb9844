"""Splits whose images lie in memory and can be fetched by their number."""

from dataclasses import dataclass, replace
from math import prod
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from keras_lifelong_vae.checks import check_values
from keras_lifelong_vae.tasks.seeds import shuffled_range


class Rows(NamedTuple):
    """Some rows of an image tensor, which several splits and tasks may share."""

    images: tf.Tensor  # (n, *event_shape), uint8 in 0..255 or floating-point
    numbers: tf.Tensor
    pixel_order: tf.Tensor | None = None  # place in the flat image that each pixel is taken from

    def gather(self, positions: tf.Tensor) -> tf.Tensor:
        """The images at `positions`, `(batch,)`, as float32."""
        images = tf.gather(self.images, tf.gather(self.numbers, positions))
        if self.pixel_order is not None:
            shape = images.shape[1:]
            flat = tf.reshape(images, (-1, prod(shape)))
            images = tf.reshape(tf.gather(flat, self.pixel_order, axis=1), (-1, *shape))
        scale = 255.0 if images.dtype == tf.uint8 else 1.0
        return tf.cast(images, tf.float32) / scale


@dataclass(frozen=True, eq=False, kw_only=True)
class ArraySplit:
    """Images of one event shape; only their numbers are shuffled and batched."""

    parts: tuple[Rows, ...]
    value_range: tuple[float, float] | None
    labels: np.ndarray | None = None
    batch_size: int = 1
    # In training: images that don't fill a batch are left out of an epoch, unless none is full.
    shuffle_seed: int | None = None
    steps_per_epoch: int | None = None  # all images if `None`

    @property
    def images(self) -> tf.Tensor:
        return self.parts[0].images

    @property
    def event_shape(self) -> tuple[int, ...]:
        return tuple(self.images.shape[1:])

    @property
    def pixel_order(self) -> np.ndarray | None:
        """Where in the flat image each pixel is from; `None` if in its place, or from several."""
        order = self.parts[0].pixel_order
        return None if order is None or len(self.parts) > 1 else order.numpy()

    @property
    def num_images(self) -> int:
        return sum(int(part.numbers.shape[0]) for part in self.parts)

    @property
    def num_batches(self) -> int:
        if self.shuffle_seed is None:
            return -(-self.num_images // self.batch_size)
        return self.steps_per_epoch or max(self.num_images // self.batch_size, 1)

    def subset(self, positions: np.ndarray) -> "ArraySplit":
        """Some of the images, which lie in one part."""
        (part,) = self.parts
        part = part._replace(numbers=index_tensor(part.numbers.numpy()[positions]))
        labels = None if self.labels is None else self.labels[positions]
        return replace(self, parts=(part,), labels=labels)

    def of_classes(self, wanted: tuple[int, ...]) -> "ArraySplit":
        """The images of some classes."""
        return self.subset(np.flatnonzero(np.isin(np.asarray(self.labels), wanted)))

    def permuted(self, pixel_order: tf.Tensor) -> "ArraySplit":
        """The same images, each pixel taken from another place."""
        return replace(self, parts=tuple(p._replace(pixel_order=pixel_order) for p in self.parts))

    def batches(self) -> tf.data.Dataset:
        if self.shuffle_seed is None:
            positions = tf.data.Dataset.range(self.num_images).batch(self.batch_size)
        else:
            positions = shuffled_range(self.num_images, self.shuffle_seed)
            size = min(self.batch_size, self.num_images)
            positions = positions.batch(size, drop_remainder=True)  # one shape: XLA compiles once
        # To rewrite the pipeline, TensorFlow would copy the captured images for every task at every
        # `iter`: a gigabyte for twenty permutations of MNIST, and no faster.
        options = tf.data.Options()
        options.experimental_optimization.apply_default_optimizations = False
        return positions.take(self.num_batches).map(self._gather).with_options(options)

    def _gather(self, positions: tf.Tensor) -> tf.Tensor:
        number = len(self.parts)
        if number == 1:
            return self.parts[0].gather(positions)
        begins = np.cumsum([0, *(part.numbers.shape[0] for part in self.parts)])[:-1]
        owner = tf.searchsorted(begins, positions, side="right", out_type=tf.int32) - 1
        order = tf.dynamic_partition(tf.range(tf.size(positions)), owner, number)
        wanted = tf.dynamic_partition(positions - tf.gather(begins, owner), owner, number)
        images = [part.gather(rows) for part, rows in zip(self.parts, wanted, strict=True)]
        merged = tf.dynamic_stitch(order, images)
        return tf.ensure_shape(merged, (positions.shape[0], *self.event_shape))


def array_split(images: np.ndarray, labels: np.ndarray | None = None) -> ArraySplit:
    """A copy of the images on the CPU, wide floating-point numbers as float32, as in training."""
    is_bytes = images.dtype == np.uint8
    dtype = images.dtype if is_bytes or images.dtype == np.float16 else np.float32
    with tf.device("CPU:0"):
        tensor = tf.constant(images, dtype=dtype)
    value_range = (0.0, 1.0) if is_bytes else check_values(images, "images")
    rows = Rows(tensor, index_tensor(np.arange(len(images))))
    return ArraySplit(parts=(rows,), value_range=value_range, labels=labels)


def index_tensor(indices: np.ndarray) -> tf.Tensor:
    """A copy of `indices` on the CPU."""
    with tf.device("CPU:0"):
        return tf.constant(indices, dtype=tf.int64)
