import pytest
from report_helpers import results, write_grid

from keras_lifelong_vae.experiments.report.contents import read_contents
from keras_lifelong_vae.experiments.report.heat_map import bound_maps


@pytest.mark.parametrize(
    ("worst", "written"), [(5281.0, "5,281"), (52.8, "52.8")], ids=["thousands", "tens"]
)
def test_the_bar_says_from_where_on_all_is_darkest(tmp_path, worst, written):
    runs = [results("naive", 0, [[2.0, 2.0], [worst, worst]])]
    figure = bound_maps(read_contents(write_grid(tmp_path, runs)))
    (label,) = [axes.get_ylabel() for axes in figure.axes if "darkest" in axes.get_ylabel()]
    assert label == f"-ELBO,\nnats per test image; darkest: {written} and more"
