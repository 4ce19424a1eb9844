"""What a model generates."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from keras_lifelong_vae.plots.grids import labelled_rows, sample_grid
from keras_lifelong_vae.plots.of_tasks import check_can_be_drawn, in_place
from keras_lifelong_vae.tasks import TaskSequence
from keras_lifelong_vae.variables import number_in


def samples(
    model: Any,
    tasks: TaskSequence,
    num_images: int = 10,
    seed: int = 0,
    title: str = "Generated images",
) -> Figure:
    """Generated images, a row for each finished task.

    Of a model that does not know where the codes of its tasks lie, as many images from its prior,
    without names. Pixels that a permuted task has moved are moved back.

    Args:
        model: A `LifelongVAE` of images.
        tasks: What it has learned, from the first; tasks still to come may be among them.
        num_images: In a row.
        seed: The same seed gives the same images.
        title: Above the rows.

    Raises:
        ValueError: If events are no images of 1 or 3 channels, or a number is out of range.

    Example:
    ```python
    klv.plots.samples(model, tasks).savefig("samples.png")
    ```
    """
    check_can_be_drawn(tasks.event_shape)
    known = min(number_in(model.summarized_tasks), len(tasks))
    if not known:
        images = generated_in_place(model, tasks, num_images * len(tasks), seed)
        return sample_grid(images, title, num_images)
    rows = {
        task.name: task.unpermuted(model.generate(num_images, seed=seed, task=i))
        for i, task in enumerate(tasks[:known])
    }
    return labelled_rows(rows, title, num_images)


def generated_in_place(
    model: Any, tasks: TaskSequence, num_images: int, seed: int = 0, prior: str | None = None
) -> np.ndarray:
    """As `model.generate`, with pixels that a permuted task has moved moved back."""
    return in_place(model.generate(num_images, seed=seed, prior=prior), tasks)
