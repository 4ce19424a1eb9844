"""Tasks from the user's own arrays of images."""

from collections.abc import Mapping
from typing import Any

from keras_lifelong_vae.checks import check_images
from keras_lifelong_vae.tasks.array_split import ArraySplit, array_split
from keras_lifelong_vae.tasks.array_task import TaskOptions, array_task
from keras_lifelong_vae.tasks.parts import named_parts
from keras_lifelong_vae.tasks.task_sequence import TaskSequence


def from_arrays(
    tasks: Mapping[str, Any],
    batch_size: int = 128,
    validation_share: float = 0.05,
    seed: int = 0,
) -> TaskSequence:
    """Make tasks of arrays of images, one task per name.

    The images are copied (as float32 if they are wider): later edits to the arrays do not change
    the tasks.

    Args:
        tasks: For every name, in the order of the tasks, an array of training images; or a dict
            of arrays with the keys `"train"` and, if there are any, `"validation"` and `"test"`;
            or a tuple of them in this order. Arrays are floating-point `(n, *event_shape)`, with
            one event shape throughout; which values are legal is up to the model's likelihood.
        batch_size: Number of images in a batch.
        validation_share: Share of the training images kept for validation, in [0, 1), in tasks
            without validation images of their own. A share above 0 takes at least one image of two.
        seed: Seed of the order of the images and of the choice for validation.

    Returns:
        A sequence of tasks. Without test images `task.test` is `None`.

    Raises:
        TypeError: If `tasks` is not a mapping from strings, or images are not floating-point.
        ValueError: If a number is out of range, there is no task, an array is empty or of
            another shape, or a value is NaN or infinite.

    Example:
    ```python
    tasks = from_arrays({"cats": cats, "dogs": {"train": dogs, "test": more_dogs}})
    ```
    """
    options = TaskOptions.checked(batch_size, validation_share, seed)
    event_shape: tuple[int, ...] | None = None
    built = []
    for name, parts in named_parts(tasks, "array").items():
        splits: dict[str, ArraySplit] = {}
        for use, part in parts.items():
            images = check_images(part, f"tasks[{name!r}][{use!r}]", event_shape)
            event_shape = images.shape[1:]
            splits[use] = array_split(images)
        built.append(array_task(name, options, **splits))
    return TaskSequence(tuple(built))
