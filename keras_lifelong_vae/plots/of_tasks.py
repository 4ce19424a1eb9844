"""The images of tasks that are drawn, each pixel where one expects it."""

import numpy as np

from keras_lifelong_vae.tasks import Task, TaskSequence


def can_be_drawn(event_shape: tuple[int, ...]) -> bool:
    """Whether an event is a picture, grey or in colour."""
    return len(event_shape) == 3 and event_shape[2] in (1, 3)


def check_can_be_drawn(event_shape: tuple[int, ...]) -> None:
    """Raises `ValueError` unless an event is a picture."""
    if not can_be_drawn(event_shape):
        raise ValueError(
            "`tasks` must hold images (height, width, channels) of 1 or 3 channels to be drawn, "
            f"received event shape {event_shape}."
        )


def first_images(task: Task, number: int) -> np.ndarray:
    """At most `number` images: of the test, or of training if there are none."""
    dataset = task.test or task.train
    return next(iter(dataset.rebatch(number))).numpy()


def in_place(images: np.ndarray, tasks: TaskSequence) -> np.ndarray:
    """Generated images with their pixels where they were before a permuted task moved them.

    Of which task an image is, nobody has said: it is the one whose order makes it smoothest.
    """
    own = [task.unpermuted(images) for task in tasks]
    if all(one is images for one in own):
        return images
    candidates = np.stack(own)
    steps = [np.abs(np.diff(candidates, axis=axis)) for axis in (2, 3)]
    roughness = sum(step.sum(axis=(2, 3, 4)) for step in steps)  # (tasks, images)
    return candidates[np.argmin(roughness, axis=0), np.arange(len(images))]
