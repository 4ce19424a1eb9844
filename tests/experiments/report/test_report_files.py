import datetime
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib.image import imread
from report_helpers import measurement, results, three_strategies, write_grid

from keras_lifelong_vae import cli, strategies
from keras_lifelong_vae.experiments.report import write_report
from keras_lifelong_vae.experiments.report.contents import read_contents
from keras_lifelong_vae.experiments.report.curves import frechet_curves, style
from keras_lifelong_vae.experiments.report.figures import PLANS
from keras_lifelong_vae.experiments.report.heat_map import share_map
from keras_lifelong_vae.experiments.report.mosaics import (
    evenly,
    sample_mosaics,
    traversal_mosaic,
)

ALL = {plan.file for plan in PLANS}
VOID = {"meta", "img"}


class Page(HTMLParser):
    """Checks that tags are closed in order and collects what the page refers to."""

    def __init__(self, text):
        super().__init__()
        self.open, self.references, self.tags = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.references += [value for name, value in attrs if name in ("src", "href", "srcset")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def files_of(directory):
    paths = (path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in paths}


def check_pictures(directory, names):
    assert {path.name for path in directory.glob("*.png")} == names
    for path in directory.glob("*.png"):
        data = path.read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert len(data) <= 80_000, path.name
        assert imread(io.BytesIO(data)).shape[1] <= 1200, path.name


def test_pictures_are_png_files_of_bounded_size(report):
    check_pictures(report, ALL)


def test_the_html_parses_and_refers_to_nothing_outside(report):
    text = (report / "report.html").read_text()
    page = Page(text)
    assert page.open == []
    assert page.tags.count("img") == len(page.references) == len(ALL)
    assert all(value.startswith("data:image/png;base64,") for value in page.references)
    plain = re.sub(r"base64,[^\"]*", "", text)
    assert not re.search(r"https?:|url\(|@import|<script|<link", plain)
    assert "color-scheme: light dark" in text
    assert page.tags.count("table") == 8
    assert "<strong>3.00 ± 0.71</strong>" in text


def test_both_say_how_to_run_it_again_and_what_is_missing(report):
    for name in ("report.md", "report.html"):
        text = (report / name).read_text()
        assert (
            "lifelong-vae compare digits-split --strategies naive ewc vcl lifelong full-batch "
            "--seeds 0 1 --out runs/digits-split --tasks 2 --epochs 2\n"
            "lifelong-vae report runs/digits-split"
        ) in text
        assert "2026-01-02" in text
        absent = "lwf, vcl, progressive, article, no-consistency, cumulative"
        assert f"No finished run of: {absent}." in text
        assert "ewc: no finished run with seed 0." in text
        assert "vcl, seed 0: not finished, 1 of 2 stages." in text
        assert "90.0 ± 0.0 % of test images right" in text


def test_the_markdown_shows_every_picture_and_table(report):
    text = (report / "report.md").read_text()
    assert set(re.findall(r"\]\(([^)]*)\)", text)) == ALL
    assert "| lifelong | **3.00 ± 0.71** | **0.800 ± 0.000** |" in text
    lines = [line for line in text.splitlines() if line.startswith("| lifelong |")]
    assert len(lines) == 8  # strategies, four questions, tasks, two seeds


def test_the_copy_gives_the_same_report_byte_for_byte(report, tmp_path):
    before = files_of(report)
    specimens = {name for name in before if name.endswith(".npz")}
    assert specimens == {
        f"cells/{name}/specimens.npz" for name in ("naive-0", "ewc-1", "lifelong-0", "full-batch-0")
    }
    write_report(report, html=True)
    assert files_of(report) == before
    write_report(report, tmp_path / "again", html=True)
    assert files_of(tmp_path / "again") == before


def test_html_is_written_for_who_asks(tmp_path, capsys):
    write_grid(tmp_path, [results()], images=False)
    assert write_report(tmp_path) == tmp_path / "report.md"
    assert not (tmp_path / "report.html").exists()
    assert cli.main(["report", str(tmp_path), "--html"]) == 0
    assert "report.html" in capsys.readouterr().out
    assert (tmp_path / "report.html").exists()


def test_names_are_no_markup(tmp_path):
    names = ["<script>x</script> & *a* ![b](c)", "two # lines"]
    run = results(tasks=names, stages=names)
    write_report(write_grid(tmp_path, [run], images=False), html=True)
    assert "\n# lines" not in (tmp_path / "report.md").read_text()
    text = (tmp_path / "report.html").read_text()
    tags = Page(text).tags
    assert "script" not in tags
    assert tags.count("h1") == 1
    assert tags.count("img") == len(list(tmp_path.glob("*.png")))
    assert "&lt;script&gt;x&lt;/script&gt; &amp; *a* ![b](c)" in text


def test_a_copy_holds_only_the_images_that_are_drawn(tmp_path):
    runs = [results("naive"), results()]
    grid = write_grid(tmp_path / "grid", runs, prior=True)
    write_report(grid, tmp_path / "copy")
    held = {
        name: {key: len(images) for key, images in np.load(path).items()}
        for name in ("naive", "lifelong")
        for path in [tmp_path / f"copy/cells/{name}-0/specimens.npz"]
    }
    assert held["naive"] == {"samples": 16}
    assert held["lifelong"] == {"samples": 16, "samples_prior": 16, "traversals": 8}


def test_every_picture_of_generated_images_says_where_z_comes_from(tmp_path):
    origin = {"generated_from": "aggregate_posterior"}
    measured = [measurement(**origin), measurement(**origin)]
    runs = [results("naive"), results(measured=measured)]
    contents = read_contents(write_grid(tmp_path, runs, prior=True))
    assert [axes.get_title() for axes in sample_mosaics(contents).axes] == [
        "naive, seed 0: z from the prior",
        "lifelong, seed 0: z from the aggregate posterior",
        "lifelong, seed 0: z from the prior",
    ]
    for draw in (frechet_curves, share_map):
        title = draw(contents).get_suptitle()
        assert "z from the prior for naive; z from the aggregate posterior for lifelong" in title
    assert "N(0, I)" in traversal_mosaic(contents).get_suptitle()


def test_a_strategy_that_is_not_registered_comes_last(tmp_path):
    write_report(write_grid(tmp_path, [results("another"), results("lifelong")]))
    text = (tmp_path / "report.md").read_text()
    assert "| another | – | something |" in text
    assert text.index("| another |") > text.index("| lifelong |")
    check_pictures(tmp_path, ALL)


def test_a_legend_of_many_strategies_fits(tmp_path):
    runs = [results(f"strategy {i} of ten") for i in range(10)]
    figure = frechet_curves(read_contents(write_grid(tmp_path, runs, images=False)))
    figure.draw_without_rendering()
    (legend,) = figure.legends
    box = legend.get_window_extent()
    assert 0 <= box.x0 < box.x1 <= figure.bbox.width


def test_strategies_look_different():
    names = (*strategies.names(), "another")
    assert len({style(name) for name in names}) == len(names)


def test_one_strategy_without_images_or_measurements_is_enough(tmp_path):
    run = results("ewc", measured=[{}, {}], history=[], date="")
    write_grid(tmp_path, [run], images=False)
    assert cli.main(["report", str(tmp_path)]) == 0
    check_pictures(tmp_path, {"negative-elbo.png", "negative-elbo-by-task.png"})
    assert "a date that was not written down" in (tmp_path / "report.md").read_text()


def test_full_batch_alone_has_no_curves(tmp_path):
    write_grid(tmp_path, [results("full-batch", R=[[2.0, 2.0]])])
    write_report(tmp_path)
    check_pictures(tmp_path, {"samples.png", "task-shares.png"})


def test_a_stage_writes_its_day_down():
    begun = results(R=[[3.0, 9.0]], date="")
    assert begun.date == ""
    run = begun.after_stage([4.0, 2.0], 10, 1.0)
    assert datetime.date.today() - datetime.date.fromisoformat(run.date) < datetime.timedelta(2)


def test_old_results_have_no_date(tmp_path):
    write_grid(tmp_path, [results()], images=False)
    path = tmp_path / "cells/lifelong-0/results.json"
    figures = json.loads(path.read_text())
    del figures["date"]
    path.write_text(json.dumps(figures))
    write_report(tmp_path)
    assert "a date that was not written down" in (tmp_path / "report.md").read_text()


@pytest.fixture
def colour_grid(tmp_path):
    """Noise in colour, eight strategies, 12 tasks of long | names and 60 categories."""
    rng = np.random.default_rng(0)
    names = [f"permutation | <{j}>" for j in range(12)]
    shares = [1 / 12] * 12
    runs = []
    for strategy in strategies.names():
        rows = 1 if strategy == "full-batch" else 12
        R = rng.uniform(1900, 2000, (rows, 12)).tolist()
        measured = [measurement(shares=shares) for _ in R]
        changes = {"tasks": names, "stages": names if rows > 1 else ["all tasks"]}
        config = {"batch_size": 5, "categories_per_task": 5}
        options = {**changes, "config": config, "measured": measured, "sizes": [10] * 12}
        runs.append(results(strategy, 0, R, **options))
    return write_grid(
        tmp_path / "colour",
        runs,
        event_shape=(32, 32, 3),
        categories=60,
        sequence="mnist-to-svhn",
        standin=True,
        options={"jit_compile": True},
    )


def test_many_tasks_categories_and_colours_stay_small_and_legible(colour_grid):
    assert write_report(colour_grid, html=True) == colour_grid / "report.html"
    check_pictures(colour_grid, ALL)
    text = (colour_grid / "report.md").read_text()
    assert "--standin --jit-compile\n" in text
    assert text.count("SynthDigits, a stand-in for SVHN") >= 7 + 6
    assert r"permutation \| \<11\>" in text
    assert Page((colour_grid / "report.html").read_text()).open == []


def test_categories_are_chosen_evenly():
    assert evenly(3, 20) == [0, 1, 2]
    chosen = evenly(50, 20)
    assert (chosen[0], chosen[-1], len(set(chosen))) == (0, 49, 20)
    assert set(np.diff(chosen)) == {2, 3}


def test_a_report_replaces_the_one_before(tmp_path):
    write_grid(tmp_path, three_strategies(), images=False)
    (tmp_path / "report.md").write_text("old")
    write_report(tmp_path)
    assert "old" not in (tmp_path / "report.md").read_text().split()
    assert not list(tmp_path.glob(".*"))
