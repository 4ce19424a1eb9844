"""Arrays of any number of rows, asked in as many requests as it takes."""

from collections.abc import Mapping, Sequence

import numpy as np

from client.connection import Connection, ServingError

ROWS_AT_ONCE = 256  # max_batch_size in batching.config
BOUND = ("negative_elbo", "reconstruction", "kl_gaussian", "kl_categorical")
NOVELTY = ("novelty", "novelty_quantile", "outside_support")


def ask(
    connection: Connection,
    signature: str,
    inputs: Mapping[str, np.ndarray],
    outputs: Sequence[str],
) -> dict[str, np.ndarray]:
    """`Connection.predict`, in as many requests as it takes."""
    num_rows = len(next(iter(inputs.values())))
    answers = [
        connection.predict(
            signature,
            {name: array[begin : begin + ROWS_AT_ONCE] for name, array in inputs.items()},
            outputs,
        )
        for begin in range(0, num_rows, ROWS_AT_ONCE)
    ]
    shapes = {name: {answer[name].shape[1:] for answer in answers} for name in outputs}
    for name, own in shapes.items():
        if len(own) > 1:
            raise ServingError(f"`{name}` must have one shape in all answers, received {own}")
    return {name: np.concatenate([answer[name] for answer in answers]) for name in outputs}


def score(
    connection: Connection, images: np.ndarray, outputs: Sequence[str], seed: int = 0
) -> dict[str, np.ndarray]:
    """-ELBO, its parts and novelty of images, by name."""
    seeds = np.full(len(images), seed, "int64")
    inputs = {"images": images, "seed": seeds}
    return ask(connection, signature_for("score", images), inputs, outputs)


def signature_for(name: str, images: np.ndarray) -> str:
    """The name of a signature for the images' dtype."""
    return f"{name}_uint8" if images.dtype == np.uint8 else name
