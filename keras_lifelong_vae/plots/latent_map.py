"""Where the codes of each task lie."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from keras_lifelong_vae.plots.curves import COLORS, MARKERS
from keras_lifelong_vae.plots.of_tasks import first_images
from keras_lifelong_vae.tasks import TaskSequence


def latent_map(
    model: Any, tasks: TaskSequence, num_images: int = 200, title: str = "Map of the latent space"
) -> Figure:
    """The means of q(z_c | x) of test images, a colour and a marker for each task.

    Two dimensions as they are; more on their first two principal components, common to all tasks.

    Args:
        model: A `LifelongVAE`.
        tasks: Whose images are encoded: of the test, or of training if there are none.
        num_images: Of each task, at most.
        title: Above the map.
    """
    codes = [model.encode(first_images(task, num_images)).loc for task in tasks]
    places, labels = _plane(np.concatenate(codes))
    figure = Figure(figsize=(7.6, 6), layout="constrained")
    axes = figure.add_subplot()
    ends = np.cumsum([len(own) for own in codes])[:-1]
    for i, own in enumerate(np.split(places, ends)):
        color, marker = COLORS[i % len(COLORS)], MARKERS[i % len(MARKERS)]
        axes.plot(
            *own.T,
            marker,
            color=color,
            markeredgewidth=0,
            label=tasks.names[i],
            alpha=0.7,
            markersize=4,
        )
    axes.set(xlabel=labels[0], ylabel=labels[1], title=title)
    axes.set_aspect("equal", "datalim")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25)
    figure.legend(loc="outside right upper", frameon=False, markerscale=2)
    return figure


def _plane(codes: np.ndarray) -> tuple[np.ndarray, tuple[str, str]]:
    """Codes in two dimensions, and what the dimensions are."""
    if codes.shape[1] == 1:
        return np.pad(codes, ((0, 0), (0, 1))), ("mean of z_c", "")
    if codes.shape[1] == 2:
        return codes, ("mean of the first z_c", "mean of the second z_c")
    from sklearn.decomposition import PCA

    pca = PCA(2, svd_solver="full")
    places = pca.fit_transform(codes)
    first, second = (
        f"{name} principal component of z_c ({share:.0%} of the variance)"
        for name, share in zip(("first", "second"), pca.explained_variance_ratio_, strict=True)
    )
    return places, (first, second)
