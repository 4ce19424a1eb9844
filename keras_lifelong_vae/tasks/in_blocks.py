"""Several passes over each block of a stream that shows every image once."""

from collections.abc import Callable

import tensorflow as tf

from keras_lifelong_vae.checks import check_positive_int


def in_blocks(
    size: int = 500, passes: int = 5, batch_size: int = 50, seed: int | None = None
) -> Callable[[tf.data.Dataset], tf.data.Dataset]:
    """Gather images to blocks, and go over each block several times before it is gone.

    For one pass over small batches, of which one step each is too few. Of all that has been seen
    only the present block is kept. Many steps on one small batch are no way out: the model learns
    that batch by heart.

    Args:
        size: Images of a block; the last one may have fewer.
        passes: How often each image of a block is learned.
        batch_size: Of the batches that come out, of one block each.
        seed: Of the order within a pass.

    Returns:
        What `stream.apply` takes; `stream` is a data set of batches of any size.

    Raises:
        ValueError: If a number is not an integer of at least 1.

    Example:

    ```python
    model.fit(stream.apply(klv.tasks.in_blocks()), callbacks=[klv.TransitionDetector()])
    ```
    """
    for name, value in {"size": size, "passes": passes, "batch_size": batch_size}.items():
        check_positive_int(value, name)

    def passes_over(block: tf.Tensor) -> tf.data.Dataset:
        images = tf.data.Dataset.from_tensor_slices(block).shuffle(size, seed=seed)
        return images.repeat(passes).batch(batch_size)

    return lambda stream: stream.unbatch().batch(size).flat_map(passes_over)
