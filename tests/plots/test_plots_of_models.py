"""What is drawn of a model, with a model that says what it is told to say."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from keras_lifelong_vae import data, plots, tasks
from keras_lifelong_vae.plots.of_tasks import in_place
from keras_lifelong_vae.types import Encoding

DIGITS = tasks.split_by_class("digits")
PERMUTED = tasks.permuted("digits", num_tasks=3)


class Echo:
    """Reconstructs perfectly, and generates test images of the task asked for."""

    def __init__(self, sequence, summarized_tasks=2, latent_dim=2):
        self.tasks, self.summarized_tasks, self.latent_dim = sequence, summarized_tasks, latent_dim

    def generate(self, num_images, seed=None, task=None, prior=None):
        numbers = [task] * num_images if task is not None else range(num_images)
        images = [next(iter(one.test)).numpy() for one in self.tasks]
        return np.stack([images[i % len(images)][i] for i in numbers])

    def reconstruct(self, images):
        return images

    def encode(self, images):
        flat = images.reshape(len(images), -1)[:, ::2][:, : self.latent_dim]
        return Encoding(flat, np.ones_like(flat))


def pixels(figure):
    """What the first axes show."""
    return figure.axes[0].images[0].get_array()


def originals(number):
    return data.load("digits").test_images[:number] / np.float32(255)


def test_samples_have_a_row_for_each_finished_task():
    figure = plots.samples(Echo(DIGITS), DIGITS, num_images=4, title="title")
    assert isinstance(figure, Figure)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["0", "1"]
    assert figure.axes[0].get_title() == "title"
    zero = next(iter(DIGITS[0].test)).numpy()[0, ..., 0]
    np.testing.assert_allclose(pixels(figure)[:56, :56], zero.repeat(7, 0).repeat(7, 1))


def test_samples_of_a_model_without_summaries_have_no_names():
    figure = plots.samples(Echo(DIGITS, summarized_tasks=0), DIGITS[:3], num_images=4)
    assert len(figure.axes[0].get_yticks()) == 0
    assert pixels(figure).shape == (3 * 60 - 4, 4 * 60 - 4)


def test_reconstructions_stand_below_test_images():
    figure = plots.reconstructions(Echo(DIGITS), DIGITS[:2], num_images=5)
    upper, lower = pixels(figure)[:56], pixels(figure)[60:116]
    np.testing.assert_array_equal(upper, lower)
    assert upper.shape[1] == 5 * 60 - 4


def test_permuted_pixels_are_moved_back():
    images = originals(5)
    for task in PERMUTED:
        shown = next(iter(task.test)).numpy()[:5]
        np.testing.assert_array_equal(task.unpermuted(shown), images)
        black_and_white = next(iter(task.binarized().test)).numpy()[:5]
        assert ((task.binarized().unpermuted(black_and_white) - images) < 1).all()
    figure = plots.reconstructions(Echo(PERMUTED), PERMUTED, num_images=5)
    rows = np.split(pixels(figure)[: 3 * 128], 3)
    np.testing.assert_array_equal(rows[0], rows[1])
    np.testing.assert_array_equal(rows[0], rows[2])


def test_generated_images_are_moved_back_as_their_task_would():
    """Of which task an image is has to be guessed: the true order is the smoothest."""
    generated = Echo(PERMUTED).generate(60)
    found = plots.generated_in_place(Echo(PERMUTED), PERMUTED, 60)
    assert not np.array_equal(generated, found)
    right = [np.array_equal(a, b) for a, b in zip(found, originals(60), strict=True)]
    assert np.mean(right) > 0.95
    untouched = Echo(DIGITS).generate(10)
    assert in_place(untouched, DIGITS) is untouched


@pytest.mark.parametrize("latent_dim", [1, 2, 3])
def test_a_map_has_a_colour_and_a_marker_for_each_task(latent_dim):
    figure = plots.latent_map(Echo(DIGITS, latent_dim=latent_dim), DIGITS[:4], num_images=6)
    (axes,) = figure.axes
    assert [len(line.get_xdata()) for line in axes.lines] == [6] * 4
    assert len({line.get_color() for line in axes.lines}) == 4
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list("0123")
    words = {1: "mean of z_c", 2: "mean of the first z_c", 3: "first principal component of z_c ("}
    assert axes.get_xlabel().startswith(words[latent_dim])


def test_rows_of_numbers_are_no_pictures():
    rows = tasks.from_arrays({"a": np.eye(4, 3)})
    for draw in (plots.samples, plots.reconstructions):
        with pytest.raises(ValueError, match=r"`tasks` must hold images .* event shape \(3,\)"):
            draw(Echo(rows), rows)
    assert plots.latent_map(Echo(rows), rows, num_images=4)
