"""Images that carry their own number, and a look into data sets."""

import numpy as np
import tensorflow as tf
from hypothesis import settings

from keras_lifelong_vae import tasks
from keras_lifelong_vae.data import ImageData

SCALE = 8192  # 1 / SCALE is exact in float32

many_examples = settings(deadline=None, derandomize=True)
few_examples = settings(many_examples, max_examples=20)


def numbered(size: int, start: int = 0, shape: tuple[int, ...] = (2, 2, 1)) -> np.ndarray:
    """Returns images of which number i has the value (start + i) / SCALE in every pixel."""
    numbers = np.arange(start, start + size, dtype=np.float32) / SCALE
    return np.broadcast_to(numbers.reshape(-1, *(1 for _ in shape)), (size, *shape)).copy()


def epoch(dataset: tf.data.Dataset) -> list[list[int]]:
    """Returns the numbers of the images of one pass, batch by batch."""
    return [np.rint(x.numpy()[:, 0, 0, 0] * SCALE).astype(int).tolist() for x in dataset]


def flat(batches: list[list[int]]) -> list[int]:
    return [number for batch in batches for number in batch]


def pixels(dataset: tf.data.Dataset) -> np.ndarray:
    """Returns all images of one pass."""
    return np.concatenate([x.numpy() for x in dataset])


def one_task(size: int, batch_size: int = 4, share: float = 0.0, seed: int = 0) -> tasks.Task:
    return tasks.from_arrays({"only": numbered(size)}, batch_size, share, seed)[0]


def three_tasks(batch_size: int = 4, seed: int = 0, share: float = 0.0) -> tasks.TaskSequence:
    """Returns tasks "a" (0..11), "b" (100..109), "c" (200..202), each with 5 test images."""
    arrays = {
        name: {"train": numbered(size, start), "test": numbered(5, start + 50)}
        for name, start, size in [("a", 0, 12), ("b", 100, 10), ("c", 200, 3)]
    }
    return tasks.from_arrays(arrays, batch_size, share, seed)


def small_data(per_class: int = 20, num_classes: int = 3) -> ImageData:
    """Returns random 3x2 images in colour, of which the first pixel tells split and number."""
    rng = np.random.default_rng(7)
    size, test_size = per_class * num_classes, 4 * num_classes
    images = rng.integers(0, 256, (size + test_size, 3, 2, 3), dtype=np.uint8)
    images[:, 0, 0, 0] = np.arange(size + test_size)
    labels = np.arange(size + test_size) % num_classes
    names = ("ant", "bee", "cat", "dog")[:num_classes]
    splits = images[:size], labels[:size], images[size:], labels[size:]
    return ImageData("small", *splits, names, "made up")
