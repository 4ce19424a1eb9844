"""More images than memory holds: shards of files, read as they are needed."""

import resource
from pathlib import Path

import numpy as np
import tensorflow as tf

from keras_lifelong_vae import tasks

PAGE = resource.getpagesize()
SHAPE = (512, 512, 3)


def write_shards(folder, name, number, per_shard, shape=SHAPE):
    """Shards of PNG files; every image has one colour, its number."""
    for i in range(number):
        with tf.io.TFRecordWriter(str(folder / f"{name}-{i:02}.tfrecord")) as writer:
            for j in range(per_shard):
                image = np.full(shape, i * per_shard + j, np.uint8)
                writer.write(tf.io.encode_png(image).numpy())


def images_of(pattern, shape=SHAPE, batch_size=2):
    """As in docs/howto/images.md."""
    files = tf.data.Dataset.list_files(pattern)
    records = files.interleave(tf.data.TFRecordDataset, cycle_length=4)
    images = records.map(tf.io.decode_image)
    return images.map(lambda image: tf.ensure_shape(image, shape)).batch(batch_size)


def resident_memory():
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def test_memory_stays_flat(tmp_path):
    """A third of a gigabyte of images, of which a few batches are in memory at a time."""
    write_shards(tmp_path, "a", number=10, per_shard=10)
    sequence = tasks.from_datasets({"a": images_of(str(tmp_path / "a-*"))}, check_values=False)
    before, most, seen = resident_memory(), 0, set()
    for batch in sequence[0].train:
        seen.update((batch.numpy()[:, 0, 0, 0] * 255).round().astype(int).tolist())
        most = max(most, resident_memory())
    total = 100 * np.prod(SHAPE) * 4
    assert seen == set(range(100))
    assert total > 300e6
    assert most - before < total / 4


def test_shards_are_counted_and_checked_when_asked(tmp_path):
    for name in ("a", "b"):
        write_shards(tmp_path, name, number=3, per_shard=4, shape=(4, 5, 1))
    parts = {name: images_of(str(tmp_path / f"{name}-*"), (4, 5, 1), 8) for name in ("a", "b")}
    sequence = tasks.from_datasets(parts)
    assert sequence.names == ("a", "b")
    assert sequence.boundaries(2) == (4, 8)
    assert sequence[0].train_split.value_range == (0.0, np.float32(11 / 255))
