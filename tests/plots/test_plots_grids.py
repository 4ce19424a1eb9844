import io

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import imread
from matplotlib.text import Text

from keras_lifelong_vae import plots


def drawn(figure, tmp_path):
    """The pixels of the PNG file, `(height, width, 4)` in [0, 1]."""
    plots.save(figure, tmp_path / "picture.png")
    data = (tmp_path / "picture.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(data) < 300_000
    assert [path.name for path in tmp_path.iterdir()] == ["picture.png"]
    return imread(io.BytesIO(data))


def noise(*shape):
    return np.random.default_rng(0).uniform(size=shape).astype("float32")


def test_samples_stand_row_by_row_pixel_for_pixel(tmp_path):
    images = np.linspace(0, 1, 4, dtype="float32").reshape(4, 1, 1, 1) * np.ones((4, 28, 28, 1))
    picture = drawn(plots.sample_grid(images, "four", columns=3), tmp_path)
    assert picture.shape[:2] == (34 + 2 * 56 + 4 + 12, 12 + 3 * 56 + 2 * 4 + 12)
    first_of_row = picture[34 + 28, 12 + 28, 0], picture[34 + 60 + 28, 12 + 28, 0]
    np.testing.assert_allclose(first_of_row, [0, 1], atol=1 / 255)
    second, third = picture[34 + 28, 12 + 60 + 28, 0], picture[34 + 28, 12 + 120 + 28, 0]
    np.testing.assert_allclose([second, third], [1 / 3, 2 / 3], atol=1 / 255)


def test_small_images_are_enlarged_and_coloured_ones_keep_their_colours(tmp_path):
    red = np.full((2, 8, 8, 3), [1.0, 0.0, 0.0])
    picture = drawn(plots.sample_grid(red, "red", columns=2), tmp_path)
    assert picture.shape[1] == 12 + 2 * 56 + 4 + 12
    np.testing.assert_allclose(picture[60, 40, :3], [1, 0, 0])


def test_reconstructions_stand_below_the_images_of_their_task(tmp_path):
    white, black = np.ones((3, 28, 28, 1)), np.zeros((3, 28, 28, 1))
    figure = plots.reconstruction_grid({"a": (white, black), "bb": (black, white)}, "title")
    picture = drawn(figure, tmp_path)
    left = 12 + 2 * 8
    rows = [34 + 28, 34 + 60 + 28, 34 + 116 + 12 + 28, 34 + 116 + 12 + 60 + 28]
    np.testing.assert_allclose(picture[rows, left + 28, 0], [1, 0, 0, 1])
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["a", "bb"]


def test_ten_tasks_of_noise_are_small_files(tmp_path):
    pairs = {f"permutation {i}": (noise(12, 28, 28, 1), noise(12, 28, 28, 1)) for i in range(10)}
    plots.save(plots.reconstruction_grid(pairs, "noise"), tmp_path / "noise.png")
    assert (tmp_path / "noise.png").stat().st_size < 400_000  # noise can't be compressed


def test_strategies_stand_side_by_side(tmp_path):
    grids = {"lifelong": np.zeros((4, 28, 28, 1)), "naive": np.ones((4, 28, 28, 1)) * 0.4}
    figure = plots.comparison_grid(grids, "title", columns=2)
    picture = drawn(figure, tmp_path)
    assert [axes.get_title() for axes in figure.axes] == ["lifelong", "naive"]
    left, right = picture[68 + 28, 12 + 28, 0], picture[68 + 28, 12 + 116 + 12 + 28, 0]
    np.testing.assert_allclose([left, right], [0, 0.4], atol=1 / 255)


def test_curves_show_each_finished_task_from_when_it_was_learned(tmp_path):
    figure = plots.elbo_curves([[5, 9, 9], [6, 4, 9]], ["a", "b", "c"], "title")
    drawn(figure, tmp_path)
    axes = figure.axes[0]
    solid = [line.get_xydata().tolist() for line in axes.lines if line.get_linestyle() == "-"]
    assert solid == [[[1, 5], [2, 6]], [[2, 4]]]
    assert {text.get_text(): text.get_color() for text in axes.texts} == {
        name: line.get_color()
        for name, line in zip("ab", (axes.lines[1], axes.lines[3]), strict=True)
    }
    assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b", "c"]
    assert "nats per test image" in axes.get_ylabel()


def test_ten_lines_differ_in_colour_and_marker_and_their_names_do_not_overlap(tmp_path):
    matrix = 100 + np.arange(10) * 0.01 + np.zeros((10, 10))
    figure = plots.elbo_curves(matrix, [f"task {i}" for i in range(10)], "title")
    drawn(figure, tmp_path)
    axes = figure.axes[0]
    solid = [line for line in axes.lines if line.get_linestyle() == "-"]
    assert len({line.get_color() for line in solid}) == 10
    assert len({line.get_marker() for line in solid}) == 10
    boxes = [Text.get_window_extent(text) for text in axes.texts]  # without the leader line
    bottoms = sorted(box.y0 for box in boxes)
    assert min(np.diff(bottoms)) >= boxes[0].height * 0.9


def test_one_finished_task_can_be_drawn(tmp_path):
    assert drawn(plots.elbo_curves([[5.0]], ["a"], "title"), tmp_path).shape[:2] == (480, 800)


@pytest.mark.parametrize("matrix", [[], [[1.0], [2.0]], [[np.nan]]])
def test_what_is_no_matrix_is_refused(matrix):
    with pytest.raises(ValueError, match="`R` must"):
        plots.elbo_curves(matrix, ["a"], "title")


def test_a_title_over_labelled_rows_is_whole():
    rows = {"T-shirt/top": np.zeros((10, 28, 28, 1)), "Ankle boot": np.ones((10, 28, 28, 1))}
    title = "Generated after 10 of 10 tasks (no-consistency), z from the aggregate posterior"
    figure = plots.grids.labelled_rows(rows, title, columns=10)
    FigureCanvasAgg(figure).draw()
    extent = figure.axes[0].title.get_window_extent()
    assert 0 <= extent.x0 < extent.x1 <= figure.bbox.width
