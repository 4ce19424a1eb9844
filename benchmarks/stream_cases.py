"""Streams of real images whose changes are known, for `streams.py`."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import NamedTuple

import numpy as np
from scipy import ndimage

import keras_lifelong_vae as klv

BATCH = 64
SHORTEST, LONGEST = 150, 1000  # batches of a task
BROKEN_EVERY = 500  # batches
NEIGHBOURS = (2, 4, 6)  # pullover, coat, shirt
QUIET = 5000  # batches of a stream without a change

Draw = Callable[[int], np.ndarray]


class Stream(NamedTuple):
    """Batches one after another, and what is to be found.

    Attributes:
        batches: Each `(BATCH, height, width, 1)`.
        length: How many.
        boundaries: The first batch of each task but the first.
        known: For each boundary, which earlier task has come back, or `None`.
        broken: Batches that belong to nothing.
    """

    batches: Iterator[np.ndarray]
    length: int
    boundaries: list[int]
    known: list[int | None]
    broken: frozenset[int] = frozenset()


@cache
def by_class(name: str) -> list[np.ndarray]:
    """Training images of each class, floats in [0, 1]."""
    data = klv.data.load(name)
    images = (data.train_images / 255).astype("float32")
    return [images[data.train_labels == label] for label in range(10)]


def shuffled(pool: np.ndarray, rng: np.random.Generator) -> Draw:
    """Random batches, each image once before any comes again."""
    left: list[np.ndarray] = []

    def draw(_: int) -> np.ndarray:
        while sum(map(len, left)) < BATCH:
            left.append(rng.permutation(len(pool)))
        order = np.concatenate(left)
        left[:] = [order[BATCH:]]
        return pool[order[:BATCH]]

    return draw


def sequence(
    draws: Sequence[Draw], order: Sequence[int], rng: np.random.Generator, shortest: int = SHORTEST
) -> Stream:
    """Tasks of random lengths in that order."""
    lengths = rng.integers(shortest, LONGEST + 1, len(order))
    boundaries = np.cumsum(lengths)[:-1].tolist()
    first = [order.index(task) for task in order]
    numbers = {position: rank for rank, position in enumerate(sorted(set(first)))}
    known = [numbers[first[here]] if first[here] < here else None for here in range(1, len(order))]

    def batches() -> Iterator[np.ndarray]:
        for task, length in zip(order, lengths, strict=True):
            yield from (draws[task](step) for step in range(length))

    return Stream(batches(), int(lengths.sum()), boundaries, known)


def classes(name: str, at_once: int, rng: np.random.Generator) -> Stream:
    labels = rng.permutation(10)[: 6 if at_once == 1 else 10].reshape(-1, at_once)
    pools = [np.concatenate([by_class(name)[label] for label in task]) for task in labels]
    return sequence([shuffled(pool, rng) for pool in pools], list(range(len(pools))), rng)


def permutations(rng: np.random.Generator) -> Stream:
    draw = shuffled(np.concatenate(by_class("mnist")), rng)

    def permuted(order: np.ndarray, step: int) -> np.ndarray:
        images = draw(step)
        return images.reshape(BATCH, -1)[:, order].reshape(images.shape)

    orders = [rng.permutation(784) for _ in range(5)]
    return sequence([partial(permuted, order) for order in orders], list(range(5)), rng)


def domains(rng: np.random.Generator) -> Stream:
    names = rng.permutation(["mnist", "fashion_mnist"])
    return sequence([shuffled(np.concatenate(by_class(name)), rng) for name in names], [0, 1], rng)


def recurring(rng: np.random.Generator) -> Stream:
    labels = rng.permutation(10)[:3]
    draws = [shuffled(by_class("mnist")[label], rng) for label in labels]
    return sequence(draws, [0, 1, 0, 2, 1], rng)


def neighbours(rng: np.random.Generator) -> Stream:
    labels = rng.permutation(NEIGHBOURS)
    return sequence(
        [shuffled(by_class("fashion_mnist")[label], rng) for label in labels], [0, 1, 2], rng
    )


def changing(draw: Draw, begin: int, changes: int) -> Stream:
    """A slow change of `changes` batches in the middle, which no single batch begins."""
    length = begin + changes + 500
    return Stream((draw(step) for step in range(length)), length, [], [])


def cross_fade(rng: np.random.Generator) -> Stream:
    first, second = (shuffled(by_class("mnist")[label], rng) for label in rng.permutation(10)[:2])
    changes = int(rng.integers(50, 501))

    def draw(step: int) -> np.ndarray:
        share = np.clip((step - 500) / changes, 0, 1)
        which = rng.random((BATCH, 1, 1, 1)) < share
        return np.where(which, second(step), first(step))

    return changing(draw, 500, changes)


def rotation(rng: np.random.Generator) -> Stream:
    draw_one = shuffled(np.concatenate(by_class("mnist")), rng)

    def draw(step: int) -> np.ndarray:
        angle = 30 * np.clip((step - 500) / 1000, 0, 1)
        images = draw_one(step)
        return ndimage.rotate(images, angle, (1, 2), reshape=False, order=1) if angle else images

    return changing(draw, 500, 1000)


def contrast(rng: np.random.Generator) -> Stream:
    draw_one = shuffled(np.concatenate(by_class("mnist")), rng)

    def draw(step: int) -> np.ndarray:
        return draw_one(step) * np.float32(1 - 0.3 * np.clip((step - 500) / 1000, 0, 1))

    return changing(draw, 500, 1000)


def shares(rng: np.random.Generator) -> Stream:
    first, second = (shuffled(by_class("mnist")[label], rng) for label in rng.permutation(10)[:2])

    def draw(step: int) -> np.ndarray:
        share = 0.5 + 0.3 * np.clip((step - 500) / 1000, 0, 1)
        return np.where(rng.random((BATCH, 1, 1, 1)) < share, second(step), first(step))

    return changing(draw, 500, 1000)


def unchanged(name: str, rng: np.random.Generator) -> Stream:
    draw = shuffled(by_class(name)[rng.integers(10)], rng)
    return Stream((draw(step) for step in range(QUIET)), QUIET, [], [])


def with_broken(name: str, rng: np.random.Generator) -> Stream:
    """No change, and single batches of noise, black, inverted or shifted images."""
    draw = shuffled(by_class(name)[rng.integers(10)], rng)
    broken = frozenset(range(BROKEN_EVERY, QUIET, BROKEN_EVERY))
    faults: list[Callable[[np.ndarray], np.ndarray]] = [
        lambda images: rng.random(images.shape, "float32"),
        np.zeros_like,
        lambda images: 1 - images,
        lambda images: np.roll(images, images.shape[1] // 4, axis=1),
    ]

    def batch(step: int) -> np.ndarray:
        images = draw(step)
        return faults[rng.integers(len(faults))](images) if step in broken else images

    return Stream((batch(step) for step in range(QUIET)), QUIET, [], [], broken)


NAMES = ("fashion_mnist", "mnist", "digits")
ABRUPT: dict[str, Callable[[np.random.Generator], Stream]] = {
    **{f"{name}, one class at a time": partial(classes, name, 1) for name in NAMES},
    **{f"{name}, two classes at a time": partial(classes, name, 2) for name in NAMES},
    "mnist, permutations": permutations,
    "fashion_mnist and mnist": domains,
    "mnist, A-B-A-C-B": recurring,
    "pullover, coat, shirt": neighbours,
}
GRADUAL: dict[str, Callable[[np.random.Generator], Stream]] = {
    "mnist, cross-fade over 50-500 batches": cross_fade,
    "mnist, rotation to 30 degrees": rotation,
    "mnist, contrast to 0.7": contrast,
    "mnist, shares of two classes to 0.8": shares,
}
QUIETS: dict[str, Callable[[np.random.Generator], Stream]] = {
    **{f"{name}, no change": partial(unchanged, name) for name in NAMES},
    **{f"{name}, broken batches": partial(with_broken, name) for name in NAMES},
}
