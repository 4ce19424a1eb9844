"""Initializers that make a whole network reproducible from one seed."""

from collections.abc import Iterator

import keras
import numpy as np


def seeded_initializers(seed: int | None) -> Iterator[keras.initializers.Initializer]:
    """Endless Glorot initializers, each with a seed of its own derived from `seed`.

    With `None` each draws its seed from Keras's global one (`keras.utils.set_random_seed`).
    """
    generator = None if seed is None else np.random.default_rng(seed)
    while True:
        own = None if generator is None else int(generator.integers(2**31))
        yield keras.initializers.GlorotUniform(own)
