"""What a model makes of the images of each task."""

from typing import Any

from matplotlib.figure import Figure

from keras_lifelong_vae.plots.grids import reconstruction_grid
from keras_lifelong_vae.plots.of_tasks import check_can_be_drawn, first_images
from keras_lifelong_vae.tasks import TaskSequence


def reconstructions(
    model: Any,
    tasks: TaskSequence,
    num_images: int = 12,
    title: str = "Test images above their reconstructions",
) -> Figure:
    """Test images of each task above their reconstructions.

    Of a task without test images training images are taken. Pixels that a permuted
    task has moved are moved back.

    Args:
        model: A `LifelongVAE` of images.
        tasks: What is shown, a row for each.
        num_images: In a row, fewer where a task has fewer.
        title: Above the rows.

    Raises:
        ValueError: If events are no images of 1 or 3 channels.
    """
    check_can_be_drawn(tasks.event_shape)
    images = [first_images(task, num_images) for task in tasks]
    number = min(map(len, images))
    pairs = {
        task.name: (task.unpermuted(own[:number]), task.unpermuted(model.reconstruct(own[:number])))
        for task, own in zip(tasks, images, strict=True)
    }
    return reconstruction_grid(pairs, title)
